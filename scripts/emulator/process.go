package emulator

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// start runs the process. It must be called once. When it fails, the instance is gone.
func (i *instance) start() {
	defer close(i.began)
	listen := i.listen
	if i.pool.function.Runtime == CustomRuntime {
		listen = i.choosePort
	}
	api, address, err := listen()
	if err != nil {
		close(i.exited)
		i.failure = err
		return
	}
	if err := i.run(api, address); err != nil {
		_ = api.Close() // nobody ever connected
		close(i.exited)
		i.failure = fmt.Errorf("start %s: %w", i.pool.function.Name, err)
		return
	}
	if i.pool.function.Runtime == CustomRuntime {
		i.failure = i.awaitListening()
	}
}

func (i *instance) run(api io.Closer, address string) error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	f := i.pool.function
	cmd := &exec.Cmd{
		Path:        f.Path,
		Args:        append([]string{f.Path}, f.Args...),
		Env:         environment(f, i.id, address),
		Dir:         f.Dir,
		Stdout:      write,
		Stderr:      write,
		SysProcAttr: processAttributes(),
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	err = errors.New("killed before it was started")
	if !i.doomed {
		i.pool.spawn(func() { err = cmd.Start() })
	}
	_ = write.Close()
	if err != nil {
		_ = read.Close()
		return err
	}
	i.cmd = cmd
	i.pool.goroutines.Go(func() { i.reap(api, read) })
	return nil
}

// reap waits for the end of the process and clears away what it leaves.
func (i *instance) reap(api io.Closer, output io.ReadCloser) {
	copied := make(chan struct{})
	go func() {
		_, _ = io.Copy(i.output, output) // ends when the last child is gone
		close(copied)
	}()
	_ = i.cmd.Wait() // ProcessState keeps the status
	kill(i.cmd.Process)
	<-copied
	_ = output.Close()
	i.output.flush()
	_ = api.Close()
	if i.diedIdle() {
		i.pool.count(func(c *Counts) { c.DiedIdle++ })
	}
	close(i.exited)
	i.pool.remove(i)
}

// diedIdle says of a process that has ended whether that was between two events
// and nobody's wish.
func (i *instance) diedIdle() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, inv := range i.current {
		if inv.taken {
			return false
		}
	}
	return !i.doomed && i.answered != ""
}

func (i *instance) gone() bool {
	select {
	case <-i.exited:
		return true
	default:
		return false
	}
}

// lastWords says how the process ended and what it wrote before.
func (i *instance) lastWords() string {
	if i.cmd == nil {
		return ""
	}
	words := i.cmd.ProcessState.String()
	if tail := i.output.tail(); tail != "" {
		words += "; its last output: " + tail
	}
	return words
}
