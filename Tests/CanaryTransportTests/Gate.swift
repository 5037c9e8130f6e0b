import Foundation

/// Holds threads until the given number of them has arrived.
final class Gate: Sendable {
    private let condition = NSCondition()
    private nonisolated(unsafe) var missing: Int

    init(count: Int) {
        missing = count
    }

    /// Returns when all have arrived. `missing` is only touched with the condition locked.
    func arrive() {
        condition.lock()
        defer { condition.unlock() }
        missing -= 1
        if missing <= 0 {
            condition.broadcast()
        }
        while missing > 0 {
            condition.wait()
        }
    }
}
