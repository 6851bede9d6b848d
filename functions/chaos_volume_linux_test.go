package functions_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
)

// volume is a file system of its own, in a file: it can be full, read-only, or silent,
// and its power can fail. It takes root with CAP_SYS_ADMIN, a loop device and
// e2fsprogs; a container has them with --privileged.
type volume struct {
	t    *testing.T
	dir  string
	file string
}

// newVolume mounts a new one of 64 MiB until the end of the test.
func newVolume(t *testing.T) *volume {
	t.Helper()
	needs(t, "root with CAP_SYS_ADMIN, a loop device and mkfs.ext4")
	v := &volume{t: t, dir: t.TempDir(), file: filepath.Join(t.TempDir(), "volume")}
	require.NoError(t, os.WriteFile(v.file, nil, 0o600))
	require.NoError(t, os.Truncate(v.file, 64<<20))
	if out, err := exec.CommandContext(t.Context(), "mkfs.ext4", "-q", "-F", v.file).CombinedOutput(); err != nil {
		t.Skipf("a volume needs mkfs.ext4 (e2fsprogs): %v: %s", err, out)
	}
	if out, err := v.mount(); err != nil {
		t.Skipf("a volume needs root with CAP_SYS_ADMIN, and a loop device: %v: %s", err, out)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(v.dir, syscall.MNT_DETACH)) })
	// Nothing can be put below this one while the volume is away.
	require.NoError(t, os.Mkdir(filepath.Join(v.dir, "vod"), 0o700))
	v.control(fiFreeze, 0) // makes it durable
	v.control(fiThaw, 0)
	return v
}

func (v *volume) mount() ([]byte, error) {
	return exec.Command("mount", "-o", "loop", v.file, v.dir).CombinedOutput()
}

// database makes one. The test has no file open then.
func (v *volume) database(name string) database {
	v.t.Helper()
	url := "sqlite:" + filepath.Join(v.dir, "vod", name)
	makeTables(v.t, url)
	db := openDatabase(v.t, url)
	db.url += "?local=true"
	return db
}

// makeTables leaves the store closed.
func makeTables(t *testing.T, url string) {
	t.Helper()
	s, err := store.Open(url)
	require.NoError(t, err)
	m, ok := s.(store.Migrator)
	require.True(t, ok)
	require.NoError(t, m.Migrate(t.Context()))
	require.NoError(t, s.Close())
}

// fill takes all the space that is left; the returned function gives it back.
func (v *volume) fill() (free func()) {
	v.t.Helper()
	path := filepath.Join(v.dir, "filler")
	f, err := os.Create(path)
	require.NoError(v.t, err)
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			require.ErrorIs(v.t, err, syscall.ENOSPC)
			size /= 2
		}
	}
	require.NoError(v.t, f.Close())
	return func() { require.NoError(v.t, os.Remove(path)) }
}

// The requests of ioctl to a file system, from linux/fs.h and fs/ext4/ext4.h.
const (
	fiFreeze     = 0xc0045877
	fiThaw       = 0xc0045878
	extShutdown  = 0x8004587d
	noFlush      = 2 // of the journal: what was not synced is lost
	busyPatience = 30 * time.Second
)

func (v *volume) control(request uintptr, argument uint32) {
	v.t.Helper()
	d, err := os.Open(v.dir)
	require.NoError(v.t, err)
	defer d.Close()
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, d.Fd(), request, uintptr(unsafe.Pointer(&argument)))
	require.Zero(v.t, errno, errno)
}

// silence lets all who write wait until the returned function is called.
func (v *volume) silence() (end func()) {
	v.t.Helper()
	v.control(fiFreeze, 0)
	return func() { v.control(fiThaw, 0) }
}

// protect makes it read-only; the returned function makes it writable again. It takes
// new instances, since nobody may have a file open to write.
func (v *volume) protect(benches []*bench) (release func()) {
	v.t.Helper()
	require.Eventually(v.t, func() bool {
		killAll(benches)
		return syscall.Mount("", v.dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, "") == nil
	}, busyPatience, time.Millisecond, "somebody has a file open")
	return func() { require.NoError(v.t, syscall.Mount("", v.dir, "", syscall.MS_REMOUNT, "")) }
}

// killAll kills the instances of both functions.
func killAll(benches []*bench) {
	for _, b := range benches {
		b.http.KillAll()
		b.mns.KillAll()
	}
}

// powerOff ends the functions, as it would if they had the power from the same socket,
// and loses what was not synced; everything fails from then on. Who lives on in that
// moment may be told by the kernel that a sync went well that did not: a journal that is
// given up in the middle of it has nothing left to wait for.
func (v *volume) powerOff(b *bench) {
	killAll([]*bench{b})
	v.control(extShutdown, noFlush)
}

// powerOn brings back what is left, once all files are closed.
func (v *volume) powerOn(benches []*bench) {
	v.t.Helper()
	require.Eventually(v.t, func() bool {
		killAll(benches)
		return syscall.Unmount(v.dir, 0) == nil
	}, busyPatience, time.Millisecond, "somebody has a file open")
	require.Eventually(v.t, func() bool { // others take loop devices, too
		_, err := v.mount()
		return err == nil
	}, busyPatience, 100*time.Millisecond, "it cannot be mounted again")
}

// TestChaosVolume breaks the disk that SQLite is on. The fallback is on another.
func TestChaosVolume(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*volume, *stage) (mend func()){
		"full":      func(v *volume, _ *stage) func() { return v.fill() },
		"silent":    func(v *volume, _ *stage) func() { return v.silence() },
		"read-only": func(v *volume, s *stage) func() { return v.protect(s.benches) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVolume(t)
			s := &stage{bare: v.database("bare"), backed: v.database("backed")}
			fault{
				lasts: 3 * time.Second, long: 10 * time.Second,
				begin: func(*testing.T, *stage) func() { return begin(v, s) },
			}.play(t, s)
		})
	}
}

// TestChaosPowerFails cuts the power of the disk that SQLite is on, and of the disk of
// the fallback when it is used: what was acknowledged is there when the power is back.
func TestChaosPowerFails(t *testing.T) {
	t.Parallel()
	t.Run("store", func(t *testing.T) {
		t.Parallel()
		v := newVolume(t)
		b, rng := newBench(t, v.database("vod.db"), spool{}), random(t, senders)
		cuts := or(5, 50)
		b.fault = strconv.Itoa(cuts) + " cuts"
		for range cuts {
			b.await(t, 5+rng.IntN(20))
			v.powerOff(b)
			v.powerOn([]*bench{b})
		}
		b.await(t, 5)
		b.settle(t)
	})
	t.Run("fallback", func(t *testing.T) {
		t.Parallel()
		v, db := newVolume(t), newDatabase(t)
		b, rng := newBench(t, db, newSpool(t, filepath.Join(v.dir, "vod", "spool"))), random(t, senders)
		cuts := or(2, 20)
		b.fault = strconv.Itoa(cuts) + " cuts"
		for range cuts {
			release := lock(t, db.path)
			t.Cleanup(release)
			b.await(t, 2+rng.IntN(5))
			v.powerOff(b)
			v.powerOn([]*bench{b})
			release()
			b.await(t, 5)
		}
		o := b.settle(t)
		require.Positive(t, o.fallback)
	})
}
