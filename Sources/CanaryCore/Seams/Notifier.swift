/// Who is told.
package protocol Notifier: Sendable {
    /// Delivers a notice; never throws and never takes longer than some seconds.
    func notify(_ notice: Notice, about run: RunHeader) async

    /// The same for those who want more: what happened, with the state of the run at that moment.
    func notify(_ progress: RunProgress) async
}

extension Notifier {
    /// A notice, and the end as one.
    package func notify(_ progress: RunProgress) async {
        switch progress.happening {
        case .notice(let notice): await notify(notice, about: progress.header)
        case .finished(let outcome): await notify(outcome.notice, about: progress.header)
        case .started, .resumed, .judged, .wrote, .interrupted: return
        }
    }
}
