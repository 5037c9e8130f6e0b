import Foundation
import Synchronization

/// Reads a route file over and over on a thread of its own, and notes whether it was ever anything but the original with
/// other weights of the same sum.
final class RouteWatch: Sendable {
    struct Findings: Sendable {
        var reads = 0
        var faults: [String] = []
        /// Weights as they were seen one after the other.
        var history: [[Int]] = []
    }

    private let state = Mutex((findings: Findings(), isOver: false))

    init(path: String) {
        let original = RouteText(TestFolder.text(path))
        Thread.detachNewThread { [weak self] in
            while let self, self.note(TestFolder.text(path), original) { Patience.pause(milliseconds: 1) }
        }
    }

    /// Ends the watch, and says what it saw.
    func end() -> Findings {
        state.withLock { state in
            state.isOver = true
            return state.findings
        }
    }

    private func note(_ text: String, _ original: RouteText) -> Bool {
        let route = RouteText(text)
        return state.withLock { state in
            state.findings.reads += 1
            if let fault = route.fault(comparedWith: original), state.findings.faults.count < 10 {
                state.findings.faults.append(fault)
            }
            if state.findings.history.last != route.weights, state.findings.history.count < 1000 {
                state.findings.history.append(route.weights)
            }
            return !state.isOver
        }
    }
}
