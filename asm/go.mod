module github.com/seed-0327bdf7/hesse/asm

go 1.26.0

require (
	github.com/mmcloughlin/avo v0.6.0
	github.com/seed-0327bdf7/hesse v0.0.0
)

require (
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
)

// avo v0.6.0 asks for golang.org/x/tools v0.16.1, which does not compile with Go 1.26.
require golang.org/x/tools v0.52.0 // indirect

replace github.com/seed-0327bdf7/hesse => ../
