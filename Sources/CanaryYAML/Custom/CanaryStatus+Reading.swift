package import CanaryCore

extension CanaryStatus {
    /// Reads the `status` of a Canary object, whoever wrote it: what is missing or strange is left out; nil without a phase that
    /// is known.
    package init?(json: JSONValue) {
        guard let phase = json["phase"]?.string.flatMap(Phase.init(rawValue:)) else { return nil }
        self.init(
            observedGeneration: json["observedGeneration"]?.integer ?? 0,
            phase: phase,
            message: json.line("message", limit: 1000) ?? "",
            conditions: (json["conditions"]?.items ?? []).prefix(16).compactMap(StatusCondition.init(json:)),
            stable: json["stable"].flatMap(Side.init(json:)),
            canary: json["canary"].flatMap(Side.init(json:)),
            run: json["run"].flatMap(Run.init(json:)),
            step: json["step"].flatMap(Step.init(json:)),
            gate: json["gate"].flatMap { gate in
                guard let label = gate.line("reason"), let text = gate.line("message", limit: 1000) else { return nil }
                return Reason(label, text)
            },
            waitingSince: json.moment("waitingSince"),
            lastRun: json["lastRun"].flatMap(LastRun.init(json:)),
            request: json["request"].flatMap(RequestAnswer.init(json:))
        )
    }
}

extension JSONValue {
    /// A text as one bounded line.
    fileprivate func line(_ key: String, limit: Int = 253) -> String? {
        self[key]?.string.map { PlainLine.of($0, limit: limit) }
    }

    fileprivate func moment(_ key: String) -> Timestamp? { self[key]?.string.flatMap { Timestamp(iso8601: $0) } }
}

extension StatusCondition {
    fileprivate init?(json: JSONValue) {
        guard let kind = json["type"]?.string.flatMap(Kind.init(rawValue:)),
            let value = json["status"]?.string.flatMap(Value.init(rawValue:)),
            let since = json.moment("lastTransitionTime")
        else { return nil }
        self.init(
            kind,
            value,
            reason: json.line("reason") ?? "",
            message: json.line("message", limit: 1000) ?? "",
            since: since,
            observedGeneration: json["observedGeneration"]?.integer ?? 0
        )
    }
}

extension CanaryStatus.Side {
    fileprivate init?(json: JSONValue) {
        guard let name = json.line("name") else { return nil }
        self.init(
            name: name,
            revision: json.line("revision"),
            image: json.line("image"),
            weight: json["weight"]?.integer,
            ready: json["ready"]?.integer,
            pods: json["pods"]?.integer
        )
    }
}

extension CanaryStatus.Run {
    fileprivate init?(json: JSONValue) {
        guard let id = json.line("id"), let startedAt = json.moment("startedAt") else { return nil }
        self.init(id: id, startedAt: startedAt, by: json.line("by"), holder: json.line("holder"))
    }
}

extension CanaryStatus.Step {
    fileprivate init?(json: JSONValue) {
        guard let number = json["number"]?.integer, let of = json["of"]?.integer, let since = json.moment("since"),
            let percent = json["percent"]?.double
        else { return nil }
        let verdict = json["verdict"]?.string.flatMap(Verdict.Kind.init(rawValue:))
        self.init(number: number, of: of, percent: percent, since: since, verdict: verdict)
    }
}

extension JSONValue {
    fileprivate var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}

extension CanaryStatus.LastRun {
    fileprivate init?(json: JSONValue) {
        guard let id = json.line("id"), let outcome = json.line("outcome"), let startedAt = json.moment("startedAt"),
            let finishedAt = json.moment("finishedAt")
        else { return nil }
        let images = ReleaseImages(stable: json.line("stableImage"), canary: json.line("canaryImage"))
        self.init(
            id: id,
            outcome: outcome,
            label: json.line("label") ?? "",
            reason: json.line("reason", limit: 1000) ?? "",
            startedAt: startedAt,
            finishedAt: finishedAt,
            by: json.line("by"),
            stableRevision: json.line("stableRevision"),
            canaryRevision: json.line("canaryRevision"),
            images: images.stable == nil && images.canary == nil ? nil : images
        )
    }
}

extension CanaryStatus.RequestAnswer {
    fileprivate init?(json: JSONValue) {
        guard let id = json.line("id"), let verb = json.line("verb"),
            let result = json["result"]?.string.flatMap(Result.init(rawValue:)), let at = json.moment("at")
        else { return nil }
        self.init(
            id: id,
            verb: verb,
            result: result,
            message: json.line("message", limit: 1000) ?? "",
            by: json.line("by") ?? "",
            at: at
        )
    }
}
