package autobahn

import "syscall"

// nobody is not known on Windows.
func nobody() *syscall.SysProcAttr { return nil }
