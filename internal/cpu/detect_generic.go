//go:build !amd64 || purego

package cpu

const missing = "this program was built without assembly"

func supported(Level) bool { return false }

func detectUnits() Units { return Shared }
