package main

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestADiskThatFills: a file system of its own in memory, which is filled once the
// fit has kept a checkpoint there.
func TestADiskThatFills(t *testing.T) {
	args := endless(t)
	if err := os.Mkdir("disk", 0o700); err != nil {
		t.Fatal(err)
	}
	script := `
mount -t tmpfs -o size=64k none disk || exit 77
{ timeout 60 "$@" --max-iter=100000000 --checkpoint=disk/ck --out=m.json >printed 2>told; echo $? >code; } &
until [ -e disk/ck ] || [ -e code ]; do sleep 0.01; done
until [ -e code ]; do # a checkpoint that is being replaced leaves room for another
	dd if=/dev/zero of=disk/filler bs=4k oflag=append conv=notrunc 2>/dev/null
	sleep 0.01
done
cp disk/ck last
ls -A disk >left`
	command := exec.Command("sh", append([]string{"-c", script, "sh", binary(t)}, args...)...)
	command.SysProcAttr = &syscall.SysProcAttr{ // what may mount, and whose mounts end with it
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Run(); command.ProcessState == nil || command.ProcessState.ExitCode() == 77 {
		t.Skipf("SKIPPED: no file system can be mounted here: %v %s", err, stderr.String())
	}
	if code := strings.TrimSpace(text(t, "code")); code != strconv.Itoa(exitFailed) || !strings.HasPrefix(text(t, "told"), "hesse: disk/ck: the checkpoint cannot be written: no space left on device; ") || stderr.Len() > 0 {
		t.Fatalf("exit %s, %s%s", code, text(t, "told"), stderr.String())
	}
	if m := object(t, text(t, "m.json")); m["status"] != "failed" || !strings.Contains(text(t, "printed"), "failed after ") {
		t.Errorf("%v\n%s", m, text(t, "printed"))
	}
	if left := text(t, "left"); left != "ck\nfiller\n" {
		t.Errorf("on the disk: %q", left)
	}
	mustGoOn(t, args, "last")
}
