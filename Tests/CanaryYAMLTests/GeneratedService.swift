import CanaryCore
import CanaryYAML

/// A source of repeatable randomness (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(next() % UInt64(values.count))] }

    mutating func chance(_ percent: Int) -> Bool { Int(next() % 100) < percent }
}

/// A VirtualService file made up at random, with what an edit of it must give.
struct GeneratedService {
    private(set) var text = ""
    /// The whole file after the edit; nil if it must be refused.
    private(set) var expected: String?
    private(set) var percent = 0.0
    private(set) var selection = Routes.selection
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
        percent = random.pick([0, 1, 5, 10, 25, 50, 75, 100])
        selection.rule = .name("chosen")
        let chosen = Int.random(in: 0...2, using: &random)
        for document in 0...2 {
            if document > 0 { same(random.pick(["---", "--- # next", "---   "])) }
            noise(0)
            if document == chosen { service() } else { decoy() }
        }
        if random.chance(20) { same("...") }
        finish()
    }

    private mutating func finish() {
        let ending = random.pick(["\n", "\n", "\r\n"])
        let last = random.chance(70) ? ending : ""
        text = lines.compactMap(\.before).joined(separator: ending) + last
        expected = mustRefuse ? nil : lines.compactMap(\.after).joined(separator: ending) + last
    }

    private mutating func same(_ line: String) { lines.append(Line(before: line, after: line)) }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

    /// Comments and empty lines that could be mistaken for content.
    private mutating func noise(_ indent: Int) {
        guard random.chance(30) else { return }
        same(
            random.pick([
                "", "   ", "# weight: 90", spaces(indent) + "# größer 中文 🐤 weight: 10", "#\ttab",
                spaces(indent) + "# - destination:",
                "# '\"{[", spaces(indent) + "#- weight: 1",
            ])
        )
    }

    private mutating func remark() -> String {
        random.chance(25) ? random.pick(["  # weight: 5", " #ü", "\t# tab", " # }]", "   "]) : ""
    }

    private mutating func decoy() {
        switch Int.random(in: 0...3, using: &random) {
        case 0:
            same("apiVersion: networking.istio.io/v1")
            same("kind: DestinationRule")
            same("metadata: { name: demo }")
            same("spec: { host: a, subsets: [ { name: v1 }, { name: v2 } ] }")
        case 1:
            same("apiVersion: networking.istio.io/v1")
            same("kind: VirtualService")
            same("metadata: { name: other }")
            same(
                "spec: { http: [ { name: chosen, route: [ { destination: { host: a, subset: v1 }, weight: 90 } ] } ] }"
            )
        case 2:
            same("text: |")
            same("  apiVersion: networking.istio.io/v1")
            same("  weight: 90")
            same("")
            same("  größer: \"")
        default:
            same("anchored: &x { weight: 90 }")
            same("alias: *x")
        }
        noise(0)
    }

    private mutating func service() {
        same("apiVersion: networking.istio.io/" + random.pick(["v1", "v1beta1", "v1alpha3"]))
        same("kind: " + random.pick(["VirtualService", "'VirtualService'", "\"VirtualService\"  # kind"]))
        same("metadata:")
        same("  annotations: { note: 'weight: 90' }")
        same("  name: demo" + remark())
        same("spec:")
        same("  hosts: [ \"a.example\", 'größer.example' ]")
        if random.chance(20) { same("  tcp: [ { route: [ { destination: { host: a }, weight: 90 } ] } ]") }
        same("  http:" + remark())
        let base = random.pick([2, 4, 6])
        let count = Int.random(in: 1...3, using: &random)
        let chosen = Int.random(in: 0..<count, using: &random)
        for index in 0..<count {
            noise(base)
            same(
                spaces(base) + "- name: "
                    + (index == chosen ? random.pick(["chosen", "'chosen'", "\"chosen\""]) : "rule\(index)")
            )
            if random.chance(40) {
                same(spaces(base) + "  match: [ { headers: { cookie: { regex: '^(.*?;)?(a=b)$' } } } ]")
            }
            if random.chance(20) { same(spaces(base) + "  timeout: 10s" + remark()) }
            same(spaces(base) + "  route:" + remark())
            if index == chosen {
                route(base + random.pick([2, 4]))
            } else {
                same(spaces(base + 2) + "- destination: { host: a, subset: v1 }")
                same(spaces(base + 2) + "  weight: 90")
            }
            if random.chance(20) { same(spaces(base) + "  retries: { attempts: 3 }") }
        }
        noise(0)
    }

    private struct Entry {
        var subset: String
        /// The weight as written; nil if absent.
        var before: Int?
        var after: Int
        var host: String
        var port: String?
    }

    private mutating func route(_ indent: Int) {
        let host = random.pick(["a", "\"a.b.svc\"", "'größer'"])
        let port = random.chance(20) ? "8080" : nil
        let isLone = random.chance(25)
        func weight(_ value: Int, _ random: inout SeededRandom) -> Int? { random.chance(70) ? value : nil }
        if isLone {
            weights = RouteWeights(stable: 100 - Int(percent), canary: Int(percent))
            let isStable = random.chance(60)
            let written = weight(random.pick([0, 1, 100]), &random)
            let lone = Entry(
                subset: isStable ? "v1" : "v2",
                before: written,
                after: isStable ? weights.stable : weights.canary,
                host: host,
                port: port
            )
            let shape = block(lone, indent, isLone: true)
            partner(
                Entry(
                    subset: isStable ? "v2" : "v1",
                    before: nil,
                    after: isStable ? weights.canary : weights.stable,
                    host: host,
                    port: port
                ),
                indent,
                shape
            )
            return
        }
        let (stable, canary) = random.pick([(90, 10), (100, 0), (0, 100), (9, 1), (900, 100), (2, 1), (0, 0), (50, 50)])
        let found = (stable: weight(stable, &random), canary: weight(canary, &random))
        let sum = (found.stable ?? 0) + (found.canary ?? 0)
        let kept = sum > 0 && Int(percent) * sum % 100 == 0 ? sum : 100
        weights = RouteWeights(stable: kept - Int(percent) * kept / 100, canary: Int(percent) * kept / 100)
        let entries = [
            Entry(subset: "v1", before: found.stable, after: weights.stable, host: host, port: port),
            Entry(subset: "v2", before: found.canary, after: weights.canary, host: host, port: port),
        ]
        for entry in random.chance(50) ? entries : entries.reversed() {
            noise(indent)
            if random.chance(25) { flow(entry, indent) } else { _ = block(entry, indent, isLone: false) }
        }
    }

    private mutating func flow(_ entry: Entry, _ indent: Int) {
        let port = entry.port.map { ", port: { number: \($0) }" } ?? ""
        let head = spaces(indent) + "- { destination: {host: \(entry.host), subset: \(entry.subset)\(port)}"
        guard let before = entry.before else {
            mustRefuse = true
            return same(head + " }")
        }
        let quote = random.pick(["", "", "'", "\""])
        let tail = quote + random.pick(["}", " }", " , headers: {} }"]) + remark()
        lines.append(
            Line(
                before: head + ", weight: \(quote)\(before)" + tail,
                after: head + ", weight: \(quote)\(entry.after)" + tail
            )
        )
    }

    private struct Shape {
        var gap: Int
        var child: Int
        var port: Int
    }

    /// An entry in block style, as the lines of its keys in a random order.
    private mutating func block(_ entry: Entry, _ indent: Int, isLone: Bool) -> Shape {
        let shape = Shape(gap: random.pick([2, 2, 4]), child: random.pick([2, 4]), port: random.pick([2, 3]))
        let dash = spaces(indent) + "-" + spaces(shape.gap - 1)
        let keys = spaces(indent + shape.gap)
        let isWeightFirst = entry.before != nil && random.chance(25)
        let isFlow = random.chance(30)
        func weight(_ value: Int, _ quote: String, _ rest: String) -> String {
            "weight: \(quote)\(value)\(quote)\(rest)"
        }
        let quote = random.pick(["", "", "'", "\""])
        let rest = remark()
        if isWeightFirst, let before = entry.before {
            lines.append(
                Line(before: dash + weight(before, quote, rest), after: dash + weight(entry.after, quote, rest))
            )
        }
        let head = isWeightFirst ? keys : dash
        if isFlow {
            let port = entry.port.map { ", port: {number: \($0)}" } ?? ""
            same(head + "destination: { host: \(entry.host), subset: \(entry.subset)\(port) }" + remark())
        } else {
            same(head + "destination:" + remark())
            let child = keys + spaces(shape.child)
            noise(indent)
            same(child + "host: \(entry.host)" + remark())
            same(child + "subset: \(entry.subset)" + remark())
            if let port = entry.port {
                same(child + "port:")
                same(child + spaces(shape.port) + "number: \(port)" + remark())
            }
        }
        if entry.before == nil { lines.append(Line(before: nil, after: keys + "weight: \(entry.after)")) }
        if random.chance(25) {
            noise(indent)
            same(keys + "headers: { request: { set: { weight: \"90\" } } }" + remark())
        }
        if !isWeightFirst, let before = entry.before {
            if !isLone { noise(indent) }
            lines.append(
                Line(before: keys + weight(before, quote, rest), after: keys + weight(entry.after, quote, rest))
            )
        }
        return Shape(gap: shape.gap, child: isFlow ? 2 : shape.child, port: isFlow ? 2 : shape.port)
    }

    /// The lines that the editor must add for the missing partner.
    private mutating func partner(_ entry: Entry, _ indent: Int, _ shape: Shape) {
        let keys = spaces(indent + shape.gap)
        let child = keys + spaces(shape.child)
        var added = [
            spaces(indent) + "-" + spaces(shape.gap - 1) + "destination:",
            child + "host: \(entry.host)",
            child + "subset: \(entry.subset)",
        ]
        if let port = entry.port {
            added += [child + "port:", child + spaces(shape.port) + "number: \(port)"]
        }
        added.append(keys + "weight: \(entry.after)")
        lines += added.map { Line(before: nil, after: $0) }
    }
}
