import Foundation
import Glibc

/// Waiting for other programs, on threads that nothing else needs.
enum Patience {
    /// Runs blocking work on a thread of its own, so that no other test waits for it.
    static func blocking<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try work() })
            }
        }
    }

    /// Asks until the condition is met or the time is up; blocks the thread.
    static func wait(seconds: Double, until isMet: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            if isMet() { return true }
            guard ContinuousClock.now < deadline else { return false }
            pause(milliseconds: 2)
        }
    }

    /// Lets other programs live for a while; blocks the thread.
    static func pause(milliseconds: Int) {
        usleep(UInt32(clamping: milliseconds * 1000))
    }
}
