import CanaryCore

/// The rules of a policy: the `policy` section of a canary, and the same keys of a CanaryPolicy.
enum PolicyRules {
    /// The section of a canary; nil if it has none.
    static func read(_ body: SpecReader.Section?, _ key: String, with reader: inout SpecReader) -> CanaryPolicy? {
        guard let section = reader.section(body, key, keys: SpecKeys.policy) else { return nil }
        return read(section, with: &reader)
    }

    /// The rules among the keys of a section that has been checked.
    static func read(_ section: SpecReader.Section, with reader: inout SpecReader) -> CanaryPolicy {
        var policy = CanaryPolicy()
        policy.windows = PolicyWindows.read(section, with: &reader)
        policy.maxConcurrent = maxConcurrent(section, with: &reader)
        policy.freeze = freeze(section, with: &reader)
        policy.brakes = brakes(section, with: &reader)
        policy.objective = objective(section, with: &reader)
        return policy
    }

    private static func maxConcurrent(_ section: SpecReader.Section, with reader: inout SpecReader) -> Int? {
        guard let node = reader.node(section, "maxConcurrent") else { return nil }
        let path = section.child("maxConcurrent")
        guard let number = reader.whole(node), (1...100_000).contains(number) else {
            reader.fail(
                "\(path) must be a whole number from 1 to 100000, not \(reader.shown(node))",
                at: node,
                suggestion: node.scalar == "0" ? "to stop all releases write freeze: { reason: … }" : nil
            )
            return nil
        }
        return number
    }

    private static func freeze(_ section: SpecReader.Section, with reader: inout SpecReader) -> CanaryPolicy.Freeze? {
        guard let freeze = reader.section(section, "freeze", keys: SpecKeys.freeze) else { return nil }
        reader.require(freeze, "reason", "whoever finds a release waiting must be able to read why")
        let reason = reader.line(freeze, "reason", "a sentence", limit: 500)
        let by = reader.line(freeze, "by", "a name", limit: 200)
        var until: Timestamp?
        if let node = reader.node(freeze, "until") {
            until = node.scalar.flatMap { Timestamp(iso8601: $0) }
            if until == nil {
                reader.fail(
                    "\(freeze.child("until")) must be a moment with its zone like 2026-12-27T08:00:00Z, not "
                        + reader.shown(node),
                    at: node,
                    suggestion: node.scalar.flatMap {
                        Timestamp(iso8601: $0 + "Z") == nil ? nil : "write \($0)Z for UTC"
                    }
                )
            }
        }
        return reason.map { CanaryPolicy.Freeze(reason: $0, until: until, by: by) }
    }

    private static func brakes(_ section: SpecReader.Section, with reader: inout SpecReader) -> CanaryPolicy.Brakes? {
        guard let brakes = reader.section(section, "brakes", keys: SpecKeys.brakes) else { return nil }
        reader.require(brakes, "rollbacks", "more rollbacks than this freeze what the policy is for, e.g. 3")
        var rollbacks: Int?
        if let node = reader.node(brakes, "rollbacks") {
            rollbacks = reader.whole(node).flatMap { (1...1000).contains($0) ? $0 : nil }
            if rollbacks == nil {
                reader.fail(
                    "\(brakes.child("rollbacks")) must be a whole number from 1 to 1000, not \(reader.shown(node))",
                    at: node
                )
            }
        }
        let within = reader.duration(
            brakes,
            "within",
            atLeast: .seconds(60),
            atMost: .seconds(7 * 86_400),
            why: "it is the time in which the rollbacks are counted"
        )
        guard let rollbacks else { return nil }
        return within.map { CanaryPolicy.Brakes(rollbacks: rollbacks, within: $0) }
            ?? CanaryPolicy.Brakes(rollbacks: rollbacks)
    }

    private static func objective(
        _ section: SpecReader.Section,
        with reader: inout SpecReader
    ) -> CanaryPolicy.StableObjective? {
        guard let objective = reader.section(section, "objective", keys: SpecKeys.stableObjective) else { return nil }
        let success = reader.success(objective)
        let rate = reader.number(
            objective,
            "burnRate",
            atLeast: 1,
            atMost: 1000,
            why: "1 spends the budget exactly by the end of its time, 6 six times faster"
        )
        let over = reader.duration(
            objective,
            "over",
            atLeast: .seconds(60),
            atMost: .seconds(6 * 3600),
            why: "it is the time over which stable's failures are counted"
        )
        guard let success else { return nil }
        var result = CanaryPolicy.StableObjective(success: success)
        if let rate { result.burnRate = rate }
        if let over { result.over = over }
        return result
    }
}

extension SpecReader {
    /// The required share of requests that must not fail, `success: 99.9%`.
    mutating func success(_ objective: Section) -> Double? {
        let why = "it is the share of requests that must not fail"
        require(objective, "success", "\(why), like 99.9%")
        return share(
            objective,
            "success",
            unit: .percent,
            atMost: 1,
            isOpenBelow: true,
            isOpenAbove: true,
            why: why
        )
    }

    /// A whole number without sign or quotes.
    func whole(_ node: YAMLNode) -> Int? {
        guard case .scalar(let text, .plain) = node.content, text.utf8.count <= 9,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(text)
    }

    /// A text on one line, of a bounded length in characters.
    mutating func line(_ parent: Section?, _ key: String, _ expected: String, limit: Int) -> String? {
        guard let parent, let text = text(parent, key, expected), let node = parent.node[key] else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard isPlain, text.count <= limit else {
            fail("\(parent.child(key)) must be one line of at most \(limit) characters", at: node)
            return nil
        }
        return text
    }
}
