package import CanaryCore
import CanaryTelemetry

/// A commented spec for an existing route, as `init` writes it.
package struct SpecDraft: Sendable, Hashable {
    package struct Side: Sendable, Hashable {
        package var host: String
        package var subset: String?

        package init(host: String, subset: String?) {
            self.host = host
            self.subset = subset
        }
    }

    package var kind: RouteSpec.Kind
    package var name: String
    package var namespace: String?
    /// The route's file; nil if it came from standard input.
    package var file: String?
    package var ruleName: String?
    package var ruleIndex: Int?
    /// Which of a VirtualService's lists the rule is in, if that has to be said.
    package var ruleList: RouteSpec.RuleList?
    package var stable: Side
    /// Nil if the rule has a lone destination: its partner is guessed.
    package var canary: Side?
    package var hasMatch: Bool

    package init(
        kind: RouteSpec.Kind = .virtualService,
        name: String,
        namespace: String?,
        file: String?,
        ruleName: String?,
        ruleIndex: Int?,
        ruleList: RouteSpec.RuleList? = nil,
        stable: Side,
        canary: Side?,
        hasMatch: Bool
    ) {
        self.kind = kind
        self.name = name
        self.namespace = namespace
        self.file = file
        self.ruleName = ruleName
        self.ruleIndex = ruleIndex
        self.ruleList = ruleList
        self.stable = stable
        self.canary = canary
        self.hasMatch = hasMatch
    }

    /// The spec, with a final newline.
    package var text: String {
        var lines = [
            "# Written by `haldane init`; check it with `haldane validate`, then `haldane plan`, then `haldane run --dry-run`.",
            "apiVersion: haldane.dev/v1",
            "kind: Canary",
            "metadata:",
            "  name: \(Self.scalar(name))",
        ]
        if let namespace { lines.append("  namespace: \(Self.scalar(namespace))") }
        lines += ["spec:", "  route:", "    \(kind.rawValue): \(Self.scalar(name))"]
        if let file {
            lines += ["    # relative to the folder of this spec", "    file: \(Self.scalar(file))"]
        } else {
            lines.append(
                "    # in the cluster; for a document in a file: `file: PATH`, relative to the folder of this spec"
            )
        }
        if let ruleName { lines.append("    rule: { name: \(Self.scalar(ruleName)) }") }
        if let ruleIndex {
            lines.append("    rule: { index: \(ruleIndex)\(ruleList.map { ", list: \($0.rawValue)" } ?? "") }")
        }
        if hasMatch {
            lines.append(
                "    # This rule has a match: if v1 is reached outside of it as well, the telemetry must select the segment too."
            )
        }
        lines.append(
            "    # workload is the Deployment behind the destination, as in the label destination_workload: please check"
        )
        lines.append("    stable: \(Self.side(stable, guess: "v1"))")
        if let canary {
            lines.append("    canary: \(Self.side(canary, guess: "v2"))")
        } else {
            lines.append(
                "    # the rule has a lone destination; this partner is a guess and is added at the first step"
            )
            lines.append(
                "    canary: \(Self.side(partner, guess: "v2"))"
            )
        }
        lines.append(file == nil ? Self.clusterTelemetry : Self.fileTelemetry)
        lines.append(Self.rest)
        return lines.joined(separator: "\n")
    }

    /// A guess at the partner of a lone destination: another subset, or where versions are Services another Service.
    private var partner: Side {
        guard kind != .virtualService else {
            return Side(host: stable.host, subset: stable.subset == "v2" ? "v3" : "v2")
        }
        let name = stable.host.prefix { $0 != "." }
        let base = name.hasSuffix("-v1") ? name.dropLast(3) : name
        return Side(host: "\(base)-v2\(stable.host.dropFirst(name.count))", subset: nil)
    }

    /// As one JSON object and a newline: `haldane.init/1` with the text under `spec`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.init/1")
        writer.key(text: kind.rawValue)
        writer.string(name)
        writer.key("spec")
        writer.string(text)
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private static func side(_ side: Side, guess: String) -> String {
        let service = side.host.split(separator: ".").first.map(String.init) ?? side.host
        var members = ["host: \(scalar(side.host))"]
        if let subset = side.subset { members.append("subset: \(scalar(subset))") }
        members.append("workload: \(scalar(side.subset.map { "\(service)-\($0)" } ?? service))")
        return "{ \(members.joined(separator: ", ")) }"
    }

    /// Plain if nothing in it could be taken for YAML, else double-quoted.
    private static func scalar(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-._/".unicodeScalars.contains(scalar))
        }
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", ""]
        let isWord = words.contains(text.lowercased()) || Double(text) != nil || text.hasPrefix("-")
        if isPlain, !isWord { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static let clusterTelemetry = """
          telemetry:
            # the pods of both versions, found by the API; outside of the cluster's network: { pods: { via: apiServer } }
            scrape: { pods: { port: 15020 } }
        """

    private static let fileTelemetry = """
          telemetry:
            # one page a pod, as a sidecar's port 15020 shows it
            scrape: { targets: ["http://127.0.0.1:15020/stats/prometheus"] }
        """

    private static let rest = """
            reporter: destination
          objectives:
            # tolerance and ratio: from when on v2 counts as worse; budget: up to where it counts as good enough
            errors: { tolerance: 0.05pp, ratio: 1.1, budget: 0.15pp, budgetRatio: 1.25 }
            latency: { tolerance: 10%, budget: 20% }
          steps: [5%, 10%, 25%, 50%, 100%]
          pace: { interval: 5s, history: 30m, settle: 15s, warmup: 60s, deadline: 30m, bake: 10m }
          guards:
            falseRollback: 1%      # of equal releases, per rollout
            falsePromotion: 5%     # past a margin that does not hold
            absolute: { errors: 20% }
            onDeadline: hold       # or rollback
            onTelemetryLost: hold
            onCanarySilent: rollback

        """
}
