import CanaryCore
import Mustache

/// What a template may name: `{{variable}}`, `{{transform(variable)}}`, `{{#section}}…{{/section}}`.
///
/// | variable | what it is |
/// |---|---|
/// | `canary` | namespace and name, `test1/demo4` |
/// | `namespace`, `name` | the same apart |
/// | `run` | the run's identifier |
/// | `urgency` | `info`, `warning` or `page` |
/// | `severity` | the same for alerts: `info`, `warning` or `critical`; at the end by the outcome |
/// | `reason`, `text` | a bounded word, and the sentence |
/// | `headline`, `sign` | one line, and the symbol it begins with |
/// | `outcome` | `promoted`, `rolledBack`, `held(deadline)`, …; only at the end |
/// | `weights`, `stableWeight`, `canaryWeight` | `95/5`, `95`, `5`; only where known |
/// | `stableName`, `canaryName` | what the versions are called |
/// | `time`, `started` | moments as `2026-11-23T04:31:30.250Z`; `time` only where known |
/// | `ends` | until when an alert about the end holds: now if it ended well, else an hour more; only at the end |
/// | `resolved` | severities of alerts that are over; a list, filled only at a known end: `{{#resolved}}{{.}}{{/resolved}}` |
/// | `color` | `good`, `warning`, `attention` or `default`, as Adaptive Cards name them |
/// | `isEnd`, `isProblem`, `isPage` | for sections |
///
/// Every value is escaped for a JSON string, so it belongs between quotes. Transforms: `short` cuts to a line of 140
/// characters, `long` to 4,000, `slack` escapes for Slack's mrkdwn and `markdown` for Markdown (both cut to 2,800).
struct NoticeVariables: MustacheParent, MustacheCustomRenderable {
    static let names = [
        "canary", "namespace", "name", "run", "urgency", "severity", "reason", "text", "headline", "sign", "outcome",
        "weights", "stableWeight", "canaryWeight", "stableName", "canaryName", "time", "started", "ends", "resolved",
        "color", "isEnd", "isProblem", "isPage",
    ]
    static let transforms = ["short", "long", "slack", "markdown"]

    let message: NoticeMessage

    var renderText: String { "" }
    var isNull: Bool { false }

    func child(named name: String) -> Any? {
        switch name {
        case "isEnd": message.outcome != nil
        case "isProblem": message.isProblem
        case "isPage": severity == "critical"
        case "resolved": resolved.map { NoticeText($0) }
        default: text(name).map { NoticeText($0) }
        }
    }

    private func text(_ name: String) -> String? {
        switch name {
        case "canary": message.canary
        case "namespace": message.namespace
        case "name": message.name
        case "run": message.run
        case "urgency": message.urgency.rawValue
        case "severity": severity
        case "reason": message.reason.label
        case "text": message.text
        case "headline": message.headline
        case "sign": message.sign
        case "outcome": message.outcome?.qualifiedWord
        case "weights": message.weights.map(Figures.split)
        case "stableWeight": message.weights.map { "\($0.stable)" }
        case "canaryWeight": message.weights.map { "\($0.canary)" }
        case "stableName": message.stableName
        case "canaryName": message.canaryName
        case "time": message.at.map(Figures.moment)
        case "started": Figures.moment(message.startedAt)
        case "ends": ends.map(Figures.moment)
        case "color": color
        default: nil
        }
    }

    private var severity: String {
        if let outcome = message.outcome {
            return switch OutcomeWords.tone(outcome) {
            case .good: "info"
            case .bad: "critical"
            default: "warning"
            }
        }
        return switch message.urgency {
        case .info: "info"
        case .warning: "warning"
        case .page: "critical"
        }
    }

    private var resolved: [String] {
        message.outcome == nil || message.at == nil ? [] : ["info", "warning", "critical"].filter { $0 != severity }
    }

    private var ends: Timestamp? {
        guard message.outcome != nil, let at = message.at else { return nil }
        return message.isProblem ? at.advanced(by: .seconds(3600)) : at
    }

    private var color: String {
        switch severity {
        case "critical": "attention"
        case "warning": "warning"
        default: message.outcome == nil ? "default" : "good"
        }
    }
}

/// A value inside a JSON string.
struct NoticeText: MustacheCustomRenderable, MustacheTransformable, MustacheParent {
    let value: String

    init(_ value: String) {
        self.value = value
    }

    var renderText: String { Self.jsonEscaped(value) }
    var isNull: Bool { false }

    /// A text has no members.
    func child(named: String) -> Any? { nil }

    func transform(_ name: String) -> Any? {
        switch name {
        case "short": NoticeText(Self.cut(TextCells.harmless(value), to: 140))
        case "long": NoticeText(Self.cut(value, to: 4000))
        case "slack": NoticeText(Self.escaped(value, to: 2800) { Self.slack($0) })
        case "markdown": NoticeText(Self.markdown(value))
        default: nil
        }
    }

    private static func markdown(_ text: String) -> String {
        var isAtStart = true
        return escaped(text, to: 2800) { MarkdownText.escaped($0, &isAtStart) }
    }

    /// What stands between the quotes of a JSON string.
    static func jsonEscaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// At most so many UTF-16 units, which is how the strictest receivers count.
    static func cut(_ text: String, to limit: Int) -> String {
        escaped(text, to: limit) { String($0) }
    }

    /// Scalar by scalar, so that no escape is ever cut in two.
    private static func escaped(_ text: String, to limit: Int, _ escape: (Unicode.Scalar) -> String) -> String {
        var result = ""
        var taken = 0
        for scalar in text.unicodeScalars {
            let piece = escape(scalar)
            taken += piece.utf16.count
            guard taken < limit else { return result + "…" }
            result += piece
        }
        return result
    }

    private static func slack(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        default: String(scalar)
        }
    }
}
