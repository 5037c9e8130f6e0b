/// A condition of a status, by the rules that GitOps tools read (kstatus): `Reconciling` and `Stalled` are true when something is
/// not as usual, `Ready` when nothing is left to do.
package struct StatusCondition: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// True: what is deployed is promoted, or there is nothing to try. False: it was not promoted, or cannot be. Unknown: a run
        /// is going on.
        case ready = "Ready"
        /// True while a run goes on, or something new waits to begin.
        case reconciling = "Reconciling"
        /// True if nothing will happen until a person does something.
        case stalled = "Stalled"
    }

    package enum Value: String, Sendable, Hashable {
        case yes = "True"
        case no = "False"
        case unknown = "Unknown"
    }

    package var kind: Kind
    package var value: Value
    /// One word in CamelCase.
    package var reason: String
    package var message: String
    /// When the value last changed.
    package var since: Timestamp
    package var observedGeneration: Int

    package init(
        _ kind: Kind,
        _ value: Value,
        reason: String,
        message: String,
        since: Timestamp,
        observedGeneration: Int
    ) {
        self.kind = kind
        self.value = value
        self.reason = reason
        self.message = message
        self.since = since
        self.observedGeneration = observedGeneration
    }

    /// A bounded word as the API takes reasons: `release-changed` becomes `ReleaseChanged`.
    package static func word(_ label: String) -> String {
        let parts = label.unicodeScalars.prefix(128).split { !isLetter($0) && !("0"..."9").contains($0) }
        let word = parts.map { part -> String in
            var text = String.UnicodeScalarView(part)
            if let first = text.first, ("a"..."z").contains(first),
                let upper = Unicode.Scalar(first.value - 32)
            {
                text.replaceSubrange(text.startIndex...text.startIndex, with: [upper])
            }
            return String(text)
        }.joined()
        guard let first = word.unicodeScalars.first, isLetter(first) else { return "Unknown" }
        return word
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }
}
