package peer

import (
	"os"
	"syscall"
	"unsafe"
)

var (
	kernel32                 = syscall.NewLazyDLL("kernel32.dll")
	createJobObject          = kernel32.NewProc("CreateJobObjectW")
	setInformationJobObject  = kernel32.NewProc("SetInformationJobObject")
	assignProcessToJobObject = kernel32.NewProc("AssignProcessToJobObject")
	terminateJobObject       = kernel32.NewProc("TerminateJobObject")
)

// jobLimits is JOBOBJECT_EXTENDED_LIMIT_INFORMATION.
type jobLimits struct {
	perProcessUserTime, perJobUserTime   int64
	flags                                uint32
	minimumWorkingSet, maximumWorkingSet uintptr
	activeProcesses                      uint32
	affinity                             uintptr
	priorityClass, schedulingClass       uint32
	io                                   [6]uint64
	processMemory, jobMemory             uintptr
	peakProcessMemory, peakJobMemory     uintptr
}

const (
	extendedLimitInformation = 9
	killOnJobClose           = 0x2000
	killedExitCode           = 1
)

func attributes() *syscall.SysProcAttr { return nil }

// group is a process and, if it could be put into a job object, its descendants, which are killed together when the last
// handle of the job is closed: at the latest when this process ends.
type group struct {
	leader *os.Process
	job    syscall.Handle // 0: none
}

func newGroup(leader *os.Process) group {
	g := group{leader: leader}
	job, _, _ := createJobObject.Call(0, 0)
	if job == 0 {
		return g
	}
	limits := jobLimits{flags: killOnJobClose}
	set, _, _ := setInformationJobObject.Call(job, extendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), unsafe.Sizeof(limits))
	var assigned uintptr
	if set != 0 {
		leader.WithHandle(func(process uintptr) { assigned, _, _ = assignProcessToJobObject.Call(job, process) })
	}
	if assigned == 0 {
		syscall.CloseHandle(syscall.Handle(job))
		return g
	}
	g.job = syscall.Handle(job)
	return g
}

// terminate kills: Windows has no way to ask a program without a window to end.
func (g group) terminate() { g.kill() }

func (g group) kill() {
	if g.job != 0 {
		terminateJobObject.Call(uintptr(g.job), killedExitCode)
		return
	}
	g.leader.Kill() // fails if it has ended
}

// lives is not asked for more than the leader, which is killed with all the others.
func (g group) lives() bool { return false }

// release closes the job, which ends what is left in it.
func (g group) release() {
	if g.job != 0 {
		syscall.CloseHandle(g.job)
	}
}
