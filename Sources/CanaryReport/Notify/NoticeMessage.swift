package import CanaryCore
import CanaryTelemetry

/// What a webhook is told: a notice, or how it ended, with what is known at that moment.
///
/// It holds no link and no secret: only names, numbers and sentences that the journal has as well.
package struct NoticeMessage: Sendable, Hashable {
    /// The canary's namespace and name.
    package var namespace: String
    package var name: String
    package var run: String
    package var urgency: Notice.Urgency
    package var reason: Reason
    /// How it ended; nil for a notice on the way.
    package var outcome: Outcome?
    /// Weights in force, by the roles of the run; nil if unknown.
    package var weights: RouteWeights?
    /// What people call the two versions.
    package var stableName: String
    package var canaryName: String
    /// When it happened; nil if the teller does not know.
    package var at: Timestamp?
    package var startedAt: Timestamp

    /// A message that is not about a rollout, e.g. of a check.
    package init(
        namespace: String,
        name: String,
        run: String,
        urgency: Notice.Urgency,
        reason: Reason,
        outcome: Outcome? = nil,
        weights: RouteWeights? = nil,
        stableName: String,
        canaryName: String,
        at: Timestamp?,
        startedAt: Timestamp
    ) {
        self.namespace = namespace
        self.name = name
        self.run = run
        self.urgency = urgency
        self.reason = reason
        self.outcome = outcome
        self.weights = weights
        self.stableName = stableName
        self.canaryName = canaryName
        self.at = at
        self.startedAt = startedAt
    }

    /// A notice of a run.
    package init(_ notice: Notice, about header: RunHeader, at: Timestamp? = nil) {
        self.init(
            namespace: header.spec.namespace,
            name: header.spec.name,
            run: header.run,
            urgency: notice.urgency,
            reason: notice.reason,
            stableName: header.stable.label,
            canaryName: header.canary.label,
            at: at,
            startedAt: header.startedAt
        )
    }

    /// What happened in a run; nil for what nobody is told of.
    package init?(_ progress: RunProgress) {
        switch progress.happening {
        case .notice(let notice):
            self.init(notice, about: progress.header, at: progress.at)
        case .finished(let outcome):
            self.init(outcome.notice, about: progress.header, at: progress.at)
            self.outcome = outcome
        case .started, .resumed, .judged, .wrote, .interrupted:
            return nil
        }
        weights = progress.rollout.route?.weights
    }

    /// `test1/demo4`.
    package var canary: String { "\(namespace)/\(name)" }

    /// What it is about, in one line.
    package var headline: String {
        let names = "\(canary) \(stableName) → \(canaryName)"
        if let outcome { return "\(sign) \(OutcomeWords.short(outcome)): \(names)" }
        return "\(sign) \(names): \(reason.label.replacing("-", with: " "))"
    }

    /// The sentence; the reason's word where there is none.
    var text: String { reason.text.isEmpty ? reason.label : reason.text }

    /// A symbol that stands in front of the headline.
    var sign: String {
        if let outcome { return Style.plain.symbol(OutcomeWords.sign(outcome)) }
        return switch urgency {
        case .info: "▶"
        case .warning: "⚠"
        case .page: "✖"
        }
    }

    /// Whether somebody should look: everything but news and a good end.
    package var isProblem: Bool {
        if let outcome { return OutcomeWords.tone(outcome) != .good }
        return urgency != .info
    }

    /// Today's JSON object, `haldane.notice/1`.
    ///
    /// - Parameter note: why this form was sent and not the one that was asked for.
    package func plain(note: String? = nil) -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.notice/1")
        for (key, value) in [
            ("run", run), ("canary", canary), ("urgency", urgency.rawValue), ("reason", reason.label),
            ("text", reason.text),
        ] {
            writer.key(text: key)
            writer.string(value)
        }
        if let note {
            writer.key("note")
            writer.string(note)
        }
        writer.endObject()
        return writer.take()
    }
}

extension NotifyTarget.Occasion {
    /// Whether whoever asked for this occasion is told.
    package func includes(_ message: NoticeMessage) -> Bool {
        switch self {
        case .all: true
        case .problems: message.isProblem || message.outcome != nil
        case .end: message.outcome != nil
        }
    }
}
