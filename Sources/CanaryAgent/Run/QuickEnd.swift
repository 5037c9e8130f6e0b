import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Ends the process at once when a signal comes, for the time when nothing is left that could be asked to stop: a run is over
/// and its results are being written, to somebody who may not read them.
enum QuickEnd {
    private struct Trap {
        var number: Int32
        var before: sigaction
    }

    private static let traps = Mutex<[Trap]>([])
    /// The address of a function without context; 0 for none. Read by a handler.
    private static let farewell = Atomic<UInt>(0)

    /// - Parameter body: only calls that a signal handler may make.
    static func beforehand(_ body: @convention(c) () -> Void) {
        farewell.store(unsafeBitCast(body, to: UInt.self), ordering: .releasing)
    }

    /// From now on these signals end the process, with 128 and their number (SIGHUP as SIGTERM).
    static func begin(_ numbers: [Int32]) {
        // Made now: a handler must not be the first to ask for it.
        _ = farewell.load(ordering: .acquiring)
        traps.withLock { traps in
            guard traps.isEmpty else { return }
            for number in numbers {
                var action = sigaction()
                let handler: @convention(c) (Int32) -> Void = { QuickEnd.leave($0) }
                #if canImport(Darwin)
                    action.__sigaction_u.__sa_handler = handler
                #else
                    action.__sigaction_handler.sa_handler = handler
                #endif
                var before = sigaction()
                if sigaction(number, &action, &before) == 0 { traps.append(Trap(number: number, before: before)) }
            }
        }
    }

    /// The signals mean again what they meant before.
    static func end() {
        traps.withLock { traps in
            for var trap in traps { sigaction(trap.number, &trap.before, nil) }
            traps = []
        }
    }

    /// Ends the process as such a signal would.
    static func leave(_ number: Int32) { exit(number == SIGINT ? 130 : 143) }

    /// Ends the process at once with a code.
    static func exit(_ code: Int32) {
        let address = farewell.load(ordering: .acquiring)
        if address != 0 { unsafeBitCast(address, to: (@convention(c) () -> Void).self)() }
        _exit(code)
    }
}
