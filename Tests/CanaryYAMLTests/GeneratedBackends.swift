import CanaryCore
import CanaryYAML

/// An HTTPRoute or GRPCRoute file made up at random, with what an edit of it must give.
struct GeneratedBackends {
    private(set) var text = ""
    /// The whole file after the edit; nil if it must be refused.
    private(set) var expected: String?
    private(set) var percent = 0.0
    private(set) var selection = Routes.services()
    private(set) var weights = RouteWeights(stable: 0, canary: 0)

    private struct Line {
        var before: String?
        var after: String?
    }

    private var lines: [Line] = []
    private var mustRefuse = false
    private var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        percent = random.pick([0, 1, 5, 10, 25, 50, 100])
        selection.kind = random.pick([.httpRoute, .httpRoute, .grpcRoute])
        selection.rule = .index(0)
        let isNamed = random.chance(50)
        if isNamed { selection.rule = .name("chosen") }
        for line in [
            "apiVersion: gateway.networking.k8s.io/v1", "kind: \(selection.kind.word)", "metadata: { name: demo }",
            "spec:",
            "  parentRefs: [ { name: gateway, weight: 90 } ]  # weight: 10", "  rules:",
        ] { same(line) }
        let before = isNamed ? Int.random(in: 0...2, using: &random) : 0
        for index in 0..<before { decoy(index) }
        rule(isNamed: isNamed)
        if random.chance(50) { decoy(9) }
        let ending = random.pick(["\n", "\n", "\r\n"])
        let last = random.chance(70) ? ending : ""
        text = lines.compactMap(\.before).joined(separator: ending) + last
        expected = mustRefuse ? nil : lines.compactMap(\.after).joined(separator: ending) + last
    }

    private mutating func same(_ line: String) { lines.append(Line(before: line, after: line)) }

    private mutating func decoy(_ index: Int) {
        same("  - name: rule\(index)")
        same("    backendRefs: [ { name: a-v1, weight: 90 }, { name: a-v2, weight: 10 } ]")
    }

    private mutating func rule(isNamed: Bool) {
        same("  - " + (isNamed ? "name: chosen" : "timeouts: { request: 10s }"))
        if random.chance(40) { same("    matches: [ { path: { type: PathPrefix, value: / }, method: GET } ]") }
        same("    backendRefs:" + random.pick(["", "  # größer 🐤"]))
        if random.chance(25) { lone() } else { pair() }
        if random.chance(30) { same("    filters: [ { type: ResponseHeaderModifier, weight: 1 } ]") }
    }

    private mutating func pair() {
        let (stable, canary): (Int?, Int?) = random.pick([
            (90, 10), (100, 0), (0, 100), (nil, 10), (90, nil), (nil, nil), (0, 0), (1_000_000, 1_000_000), (3, 1),
        ])
        let sum = (stable ?? 1) + (canary ?? 1)
        let canKeep = sum > 0 && Int(percent) * sum % 100 == 0 && Int(percent) * sum / 100 <= 1_000_000
        let kept = canKeep && sum - Int(percent) * sum / 100 <= 1_000_000 ? sum : 100
        weights = RouteWeights(stable: kept - Int(percent) * kept / 100, canary: Int(percent) * kept / 100)
        let sides = [("a-v1", stable, weights.stable), ("a-v2", canary, weights.canary)]
        for (name, before, after) in random.chance(50) ? sides : sides.reversed() {
            if random.chance(25) { flow(name, before, after) } else { block(keys(name), before, after) }
        }
    }

    private mutating func lone() {
        weights = RouteWeights(stable: 100 - Int(percent), canary: Int(percent))
        let isStable = random.chance(50)
        let (mine, other) = isStable ? ("a-v1", "a-v2") : ("a-v2", "a-v1")
        let keys = keys(mine)
        block(keys, random.pick([nil, 1, 90]), isStable ? weights.stable : weights.canary)
        // In the order that the editor writes them in.
        var added = ["group", "kind", "name", "port"].compactMap { key in
            keys.first { $0.hasPrefix(key + ":") && !$0.hasSuffix("''") }
        }
        added = added.map { $0.hasPrefix("name:") ? "name: \(other)" : String($0.prefix { $0 != "#" }).trimmed }
        added.append("weight: \(isStable ? weights.canary : weights.stable)")
        for (index, line) in added.enumerated() {
            lines.append(Line(before: nil, after: (index == 0 ? "    - " : "      ") + line))
        }
    }

    /// The keys of an entry but for its weight, in a random order.
    private mutating func keys(_ name: String) -> [String] {
        var keys = ["name: " + random.pick([name, "'\(name)'", "\"\(name)\""])]
        if random.chance(60) { keys.append("port: 8080" + random.pick(["", "  # weight: 3"])) }
        if random.chance(30) { keys.append("kind: Service") }
        if random.chance(20) { keys.append("group: ''") }
        return keys.shuffled(using: &random)
    }

    private mutating func flow(_ name: String, _ before: Int?, _ after: Int) {
        guard let before else {
            mustRefuse = true
            return same("    - { name: \(name), port: 80 }")
        }
        let tail = random.pick([" }", ", port: 80 }  # end"])
        lines.append(
            Line(
                before: "    - { name: \(name), weight: \(before)\(tail)",
                after: "    - { name: \(name), weight: \(after)\(tail)"
            )
        )
    }

    private mutating func block(_ keys: [String], _ before: Int?, _ after: Int) {
        let isFirst = before != nil && random.chance(30)
        let quote = random.pick(["", "", "'", "\""])
        let rest = random.pick(["", "  # ours", "   "])
        func weight(_ value: Int, _ indent: String) -> String { "\(indent)weight: \(quote)\(value)\(quote)\(rest)" }
        if isFirst, let before {
            lines.append(Line(before: weight(before, "    - "), after: weight(after, "    - ")))
        }
        for (index, key) in keys.enumerated() { same((index == 0 && !isFirst ? "    - " : "      ") + key) }
        if before == nil { lines.append(Line(before: nil, after: "      weight: \(after)")) }
        if random.chance(25) { same("      filters: [ { type: RequestHeaderModifier, weight: 7 } ]") }
        if !isFirst, let before {
            lines.append(Line(before: weight(before, "      "), after: weight(after, "      ")))
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
