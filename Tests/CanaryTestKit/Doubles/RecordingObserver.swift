package import CanaryCore
import Synchronization

/// Keeps everything that a run shows.
package final class RecordingObserver: RunObserver {
    private let seen = Mutex<[RunProgress]>([])

    package init() {}

    package func observe(_ progress: RunProgress) {
        seen.withLock { $0.append(progress) }
    }

    package var progress: [RunProgress] { seen.withLock { $0 } }

    /// One word a happening, in order.
    package var words: [String] {
        progress.map { progress in
            switch progress.happening {
            case .started: "started"
            case .resumed: "resumed"
            case .judged: "judged"
            case .wrote(let plan): "wrote \(plan.canaryPercent)"
            case .notice(let notice): "notice \(notice.reason.label)"
            case .finished(let outcome): "finished \(outcome.word)"
            case .interrupted: "interrupted"
            }
        }
    }
}
