import CanaryAgent
import CanaryReport
import Glibc
import Synchronization

/// The terminal that a person sits at, while a live view has it: keys come one by one and are not echoed, the screen is the
/// alternate one. Whatever ends the process gives it back as it was.
struct RawTerminal: ~Copyable {
    /// Where keys come from: the controlling terminal, even if standard input is something else.
    private(set) var keys: Int32
    /// Where frames go.
    let screen: Int32
    private var before: termios?

    /// Nil keys: there is no controlling terminal, and the view goes without.
    init(screen: Int32) {
        self.screen = screen
        keys = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    }

    deinit {
        if keys >= 0 { close(keys) }
    }

    var hasKeys: Bool { keys >= 0 }
    var isOpen: Bool { before != nil }

    /// Whether this process may use the terminal now, and has not been put into the background.
    var isForeground: Bool {
        let group = tcgetpgrp(hasKeys ? keys : screen)
        return group < 0 || group == getpgrp()
    }

    /// Takes the terminal.
    mutating func enter() {
        var modes = termios()
        let descriptor = hasKeys ? keys : screen
        guard before == nil, tcgetattr(descriptor, &modes) == 0 else { return }
        before = modes
        Emergency.arm(descriptor, screen, modes)
        renew()
    }

    /// Sets the modes again, as after somebody else has had the terminal.
    func renew() {
        guard var modes = before, hasKeys, isForeground else { return }
        modes.c_lflag &= ~tcflag_t(ICANON | ECHO)
        // At once: a terminal that is stopped would be waited for otherwise.
        tcsetattr(keys, TCSANOW, &modes)
    }

    /// Gives the terminal's modes back; the screen is the painter's.
    mutating func leave() {
        guard var modes = before else { return }
        // What was typed for the view is not for the shell.
        tcflush(hasKeys ? keys : screen, TCIFLUSH)
        tcsetattr(hasKeys ? keys : screen, TCSANOW, &modes)
        before = nil
        Emergency.disarm()
    }

    /// What was typed since the last call, at most 1 KiB.
    mutating func read() -> [UInt8] {
        guard hasKeys else { return [] }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = Glibc.read(keys, &bytes, bytes.count)
        if count > 0 { return Array(bytes.prefix(count)) }
        // Hung up: to wait for it any longer would never end.
        if count == 0 || (errno != EAGAIN && errno != EINTR) {
            close(keys)
            keys = -1
        }
        return []
    }

    /// Leaves the alternate screen; shows the cursor; takes pastes for typing again.
    static let leaving = "\u{1B}[?2004l\u{1B}[?25h\u{1B}[0m\u{1B}[?1049l"
    /// The opposite, with an empty screen.
    static let entering = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?2004h\u{1B}[2J"
}

/// Gives the terminal back when a signal ends the process.
private enum Emergency {
    private struct State {
        var keys: Int32
        var screen: Int32
        var modes: termios
    }

    /// The address of the state; 0 while there is nothing to give back. Never freed while a handler may read it.
    private static let armed = Atomic<UInt>(0)
    private static let state = Atomic<UInt>(0)
    private static let bytes: UInt = {
        let text = Array(RawTerminal.leaving.utf8)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: text.count)
        copy.initialize(from: text, count: text.count)
        return UInt(bitPattern: copy)
    }()
    private static let count = RawTerminal.leaving.utf8.count
    /// What the signals meant before, by number.
    private static let before: UInt = {
        let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
        actions.initialize(repeating: sigaction(), count: 65)
        return UInt(bitPattern: actions)
    }()
    private static let fatal = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGQUIT, SIGHUP]

    static func arm(_ keys: Int32, _ screen: Int32, _ modes: termios) {
        // All statics are made now: a handler must not be the first to ask for them.
        _ = (bytes, count, before)
        var pointer = UnsafeMutablePointer<State>(bitPattern: state.load(ordering: .relaxed))
        if pointer == nil {
            pointer = .allocate(capacity: 1)
            state.store(UInt(bitPattern: pointer), ordering: .relaxed)
            for signal in fatal { install(signal) }
        }
        pointer?.initialize(to: State(keys: keys, screen: screen, modes: modes))
        armed.store(state.load(ordering: .relaxed), ordering: .releasing)
        SignalWatch.beforeQuickEnd { Emergency.giveBack() }
    }

    static func disarm() { armed.store(0, ordering: .releasing) }

    private static func install(_ number: Int32) {
        guard let actions = UnsafeMutablePointer<sigaction>(bitPattern: before) else { return }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            Emergency.giveBack()
            // What it meant before happens next: the end, or a backtrace and the end.
            if let actions = UnsafeMutablePointer<sigaction>(bitPattern: Emergency.before) {
                sigaction(number, actions + Int(number), nil)
            }
            raise(number)
        }
        sigaction(number, &action, actions + Int(number))
        // As under nohup: what is ignored stays ignored.
        let old = (actions + Int(number)).pointee.__sigaction_handler.sa_handler
        if unsafeBitCast(old, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
            sigaction(number, actions + Int(number), nil)
        }
    }

    /// Only calls that a signal handler may make.
    static func giveBack() {
        let address = armed.exchange(0, ordering: .acquiring)
        guard let pointer = UnsafeMutablePointer<State>(bitPattern: address) else { return }
        tcsetattr(pointer.pointee.keys, TCSANOW, &pointer.pointee.modes)
        // A terminal that nobody reads must not keep the process.
        var screen = pollfd(fd: pointer.pointee.screen, events: Int16(POLLOUT), revents: 0)
        guard poll(&screen, 1, 0) > 0, screen.revents & Int16(POLLOUT) != 0 else { return }
        _ = write(pointer.pointee.screen, UnsafeRawPointer(bitPattern: bytes), count)
    }
}
