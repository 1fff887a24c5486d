package blas

import "gonum.org/v1/gonum/blas"

// What gonum says to arguments that cannot be followed.
const (
	zeroIncX = "blas: zero x index increment"
	zeroIncY = "blas: zero y index increment"

	mLT0 = "blas: m < 0"
	nLT0 = "blas: n < 0"
	kLT0 = "blas: k < 0"

	badUplo      = "blas: illegal triangle"
	badTranspose = "blas: illegal transpose"
	badDiag      = "blas: illegal diagonal"
	badSide      = "blas: illegal side"

	badLdA = "blas: bad leading dimension of A"
	badLdB = "blas: bad leading dimension of B"
	badLdC = "blas: bad leading dimension of C"

	shortX = "blas: insufficient length of x"
	shortY = "blas: insufficient length of y"
	shortA = "blas: insufficient length of a"
	shortB = "blas: insufficient length of b"
	shortC = "blas: insufficient length of c"
)

// transposed checks t and says whether it is a transpose. Numbers are real.
func transposed(t blas.Transpose) bool {
	switch t {
	case blas.NoTrans:
		return false
	case blas.Trans, blas.ConjTrans:
		return true
	}
	panic(badTranspose)
}

func lower(ul blas.Uplo) bool {
	switch ul {
	case blas.Lower:
		return true
	case blas.Upper:
		return false
	}
	panic(badUplo)
}

func left(s blas.Side) bool {
	switch s {
	case blas.Left:
		return true
	case blas.Right:
		return false
	}
	panic(badSide)
}

func unit(d blas.Diag) bool {
	switch d {
	case blas.Unit:
		return true
	case blas.NonUnit:
		return false
	}
	panic(badDiag)
}

func checkDimensions(m, n int) {
	if m < 0 {
		panic(mLT0)
	}
	if n < 0 {
		panic(nLT0)
	}
}

func checkStride(ld, columns int, message string) {
	if ld < max(1, columns) {
		panic(message)
	}
}

// checkLength: a matrix that has rows and columns ends within its slice.
func checkLength(length, rows, columns, ld int, message string) {
	if length < (rows-1)*ld+columns {
		panic(message)
	}
}

// checkVector: n elements, an increment apart, lie within their slice.
func checkVector(length, n, inc int, message string) {
	if inc < 0 {
		inc = -inc
	}
	if length <= (n-1)*inc {
		panic(message)
	}
}

// plainMatrix says that vectors of m and n elements side by side, and a matrix of
// m rows and n columns that one goroutine goes through, have elements and nothing
// to complain about.
func plainMatrix(m, n, lengthOfM, lengthOfN, lengthOfA, lda int) bool {
	return 0 < m && m <= lengthOfM && 0 < n && n <= lengthOfN && n <= lda && (m-1)*lda+n <= lengthOfA && m*n < parallelMatrix
}

// plainTriangle is plainMatrix for a triangle and a vector.
func plainTriangle(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n, lengthOfX, lengthOfA, lda int) bool {
	return 0 < n && n <= lengthOfX && n <= lda && (n-1)*lda+n <= lengthOfA && (ul == blas.Upper || ul == blas.Lower) &&
		(tA == blas.NoTrans || tA == blas.Trans) && (d == blas.NonUnit || d == blas.Unit)
}

// plainPair is plainMatrix for a triangle and two vectors.
func plainPair(ul blas.Uplo, n, lengthOfX, lengthOfY, lengthOfA, lda int) bool {
	return 0 < n && n <= lengthOfX && n <= lengthOfY && n <= lda && (n-1)*lda+n <= lengthOfA && (ul == blas.Upper || ul == blas.Lower)
}
