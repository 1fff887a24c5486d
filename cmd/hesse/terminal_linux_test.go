package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// terminal opens a pseudo-terminal: what is written to the second file can be
// read from the first.
func terminal(t *testing.T) (master, slave *os.File) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		lacking(t, err)
	}
	t.Cleanup(func() { master.Close() })
	control := func(request uintptr, n *uint32) {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(unsafe.Pointer(n))); errno != 0 {
			lacking(t, errno)
		}
	}
	var number, unlocked uint32
	control(syscall.TIOCSPTLCK, &unlocked)
	control(syscall.TIOCGPTN, &number)
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		lacking(t, err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

// TestTerminal: progress is for standard error if it is a terminal, and for
// work of more than half a second.
func TestTerminal(t *testing.T) {
	program := binary(t)
	for _, c := range []struct {
		term string
		wait time.Duration
		want bool
	}{
		{"xterm", quiet + 300*time.Millisecond, true},
		{"xterm", 0, false},
		{"dumb", quiet + 300*time.Millisecond, false},
	} {
		t.Run(fmt.Sprint(c.term, c.wait), func(t *testing.T) {
			t.Parallel()
			master, slave := terminal(t)
			shown := make(chan string)
			go func() {
				var b bytes.Buffer
				io.Copy(&b, master) // until the other end is closed
				shown <- b.String()
			}()
			command := exec.Command(program, "fit", "-", "--target=y", "--columns=a,b")
			command.Env = append(os.Environ(), "TERM="+c.term)
			var stdout bytes.Buffer
			command.Stdin, command.Stdout, command.Stderr = &slow{strings.NewReader(small), c.wait}, &stdout, slave
			if err := command.Run(); err != nil {
				t.Fatal(err)
			}
			slave.Close()
			if got := <-shown; strings.Contains(got, "reading standard input") != c.want || !c.want && got != "" {
				t.Errorf("the terminal shows %q", got)
			}
			if !strings.HasPrefix(stdout.String(), "gaussian model") {
				t.Errorf("%q", stdout.String())
			}
		})
	}
}
