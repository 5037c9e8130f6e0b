/// How long and how often one notice is tried.
struct WebhookPatience: Sendable, Hashable {
    /// Attempts of a webhook that answered last time, or was never tried.
    var attempts = 4
    /// For all attempts of a notice together, pauses included.
    var budget = Duration.seconds(10)
    /// For one attempt.
    var attempt = Duration.seconds(3)
    /// For the only attempt of a webhook that did not take the notice before.
    var lastAttempt = Duration.seconds(2)
    /// Before the second attempt; doubled before each further one.
    var firstPause = Duration.milliseconds(500)

    /// The pause before the next attempt; nil if there is no time or no attempt left.
    ///
    /// - Parameters:
    ///   - made: attempts so far.
    ///   - elapsed: since the first one began.
    ///   - asked: what the receiver asked for with `Retry-After`.
    func pause(after made: Int, elapsed: Duration, asked: Duration?) -> Duration? {
        guard made < attempts else { return nil }
        let own = firstPause * (1 << min(max(made - 1, 0), 10))
        let pause = max(own, asked ?? .zero)
        // The next attempt needs some time as well.
        return elapsed + pause + .milliseconds(500) <= budget ? pause : nil
    }

    /// The seconds of `Retry-After`; nil without one, and for a date, which says nothing without the receiver's clock.
    static func asked(_ header: String?) -> Duration? {
        guard let header, let seconds = Int(header.split(separator: " ").joined()), seconds >= 0 else { return nil }
        return .seconds(min(seconds, 86400))
    }
}
