package import CanaryCore

/// A commented spec for an existing VirtualService: what `init` prints.
package enum SpecTemplate {
    /// Writes a spec for a rule of the file; it decodes without errors as it is.
    ///
    /// - Parameters:
    ///   - text: The route file's content.
    ///   - file: Its path as the spec shall name it.
    ///   - object: The VirtualService; may be left out if the file holds only one.
    package static func commented(for text: String, file: String, object name: String? = nil) throws(RouteError)
        -> String
    {
        let inventory = try RouteInventory.describe(text: text)
        let object = try choose(inventory, name)
        if let problem = object.problem { throw RouteError(.unsupported, problem) }
        guard SpecNames.isName(object.name, limit: 253, allowsDots: true) else {
            throw RouteError(
                .notARoute,
                "the VirtualService on line \(object.line) has no name that Kubernetes would take"
            )
        }
        let open = object.rules.filter { $0.detour == nil }
        let pairs = open.filter { $0.destinations.count == 2 }
        let lone = open.first { $0.destinations.count == 1 }
        guard let rule = pairs.first ?? lone else {
            throw RouteError(
                .notARoute,
                "no rule of VirtualService '\(object.name)' has one or two destinations",
                cause: inventory.description
            )
        }
        return render(object, rule, isOnlyCandidate: pairs.count == 1 || object.rules.count == 1, file: file)
    }

    private static func choose(_ inventory: RouteInventory, _ name: String?) throws(RouteError) -> RouteInventory.Object
    {
        let found = inventory.objects.filter { $0.kind == "VirtualService" && (name == nil || $0.name == name) }
        if let object = found.first, found.count == 1 { return object }
        let list = inventory.objects.map { "\($0.kind) '\($0.name)'" }.joined(separator: ", ")
        throw RouteError(
            .ambiguous,
            found.isEmpty
                ? "there is no VirtualService\(name.map { " '\($0)'" } ?? "")"
                : "there are \(found.count) VirtualServices",
            cause: list.isEmpty ? "the file holds no route object" : "the file holds \(list)",
            hint: found.isEmpty ? nil : "name the one that is meant"
        )
    }

    /// Stable is the destination with the greater weight; the first of equals.
    private static func roles(
        _ rule: RouteInventory.Rule
    ) -> (stable: RouteInventory.Destination?, canary: RouteInventory.Destination?) {
        guard let first = rule.destinations.first else { return (nil, nil) }
        guard rule.destinations.count == 2 else { return (first, nil) }
        let second = rule.destinations[1]
        return (second.weight ?? 0) > (first.weight ?? 0) ? (second, first) : (first, second)
    }

    private static func render(
        _ object: RouteInventory.Object,
        _ rule: RouteInventory.Rule,
        isOnlyCandidate: Bool,
        file: String
    ) -> String {
        let (stable, canary) = roles(rule)
        let scalar = PartnerLines.scalar
        func side(
            _ key: String,
            _ destination: RouteInventory.Destination?,
            other: RouteInventory.Destination?,
            guess: String
        ) -> [String] {
            var lines = ["    \(key):"]
            let host = destination?.host ?? other?.host ?? ""
            let sharesHost = destination == nil || other == nil || other?.host == host
            let subset = destination == nil ? guess : destination?.subset
            if !sharesHost || subset == nil { lines.append("      host: \(scalar(host))") }
            if let subset { lines.append("      subset: \(scalar(subset))") }
            let service = host.split(separator: ".").first.map(String.init) ?? "app"
            let deployment = subset.map { "\(service)-\($0)" } ?? service
            lines.append(
                "      # workload: \(scalar(deployment))   # the Deployment behind it, if telemetry cannot tell"
            )
            return lines
        }
        let isNew = canary == nil
        let guess = stable?.subset == "v2" ? "v1" : "v2"
        var lines = [
            "# Checked by `haldane validate`; every key is described by `haldane schema`.",
            "apiVersion: \(SpecDecoder.apiVersion)",
            "kind: \(SpecDecoder.kind)",
            "metadata:",
            "  name: \(scalar(object.name))",
        ]
        if let namespace = object.namespace { lines.append("  namespace: \(scalar(namespace))") }
        lines += ["spec:", "  route:", "    virtualService: \(scalar(object.name))", "    file: \(scalar(file))"]
        if let name = rule.name {
            lines.append("    rule: { name: \(scalar(name)) }")
        } else if !isOnlyCandidate || object.rules.count > 1 {
            lines.append("    rule: { index: \(rule.index) }   # rules count from 0")
        }
        if isNew { lines.append("    # The rule has one destination; the other is added to it with the first step.") }
        lines += side("stable", stable, other: canary, guess: "v1")
        lines += side("canary", canary, other: stable, guess: guess)
        lines += telemetry(hasMatch: rule.hasMatch)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func telemetry(hasMatch: Bool) -> [String] {
        var lines = [
            "  telemetry:",
            "    scrape:",
            "      # One URL for each sidecar; replace this placeholder.",
            "      targets: [\"http://127.0.0.1:15020/stats/prometheus\"]",
            "    reporter: destination          # or source, or waypoint: one per comparison",
        ]
        if hasMatch {
            lines += [
                "    # The rule has a match. If stable is reached outside of it, its numbers are other users' numbers:",
                "    # select the segment on both sides, or vouch for it.",
                "    # match: { route_name: NAME }",
                "    # comparable: assume",
            ]
        }
        return lines + [
            "  # What follows are the defaults.",
            "  objectives:",
            "    # Roll back when worse than tolerance (and ratio); advance when budget (and budgetRatio) is excluded.",
            "    errors:  { tolerance: 0.05pp, ratio: 1.1, budget: 0.15pp, budgetRatio: 1.25 }",
            "    latency: { tolerance: 10%, budget: 20% }",
            "  steps: [5%, 10%, 25%, 50%, 100%]",
            "  pace:   { interval: 5s, history: 30m, settle: 15s, warmup: 60s, deadline: 30m, bake: 10m }",
            "  guards:",
            "    falseRollback: 1%              # the chance of rolling back an equal release, per rollout",
            "    falsePromotion: 5%             # the chance of advancing past a margin that is not met",
            "    absolute: { errors: 20% }      # roll back at once above this; off turns it off",
            "    onDeadline: hold               # or rollback",
            "    onTelemetryLost: hold          # the source is unreachable, or stable is silent too",
            "    onCanarySilent: rollback       # requests were expected and none was seen",
            "  # notify: [ { webhook: \"${HALDANE_WEBHOOK}\" } ]",
        ]
    }
}
