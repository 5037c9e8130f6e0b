import CanaryCore
import CanaryReport
import CanaryYAML

/// Which rule of which VirtualService a new spec is about.
struct RouteChoice {
    private let object: RouteInventory.Object
    private let rule: RouteInventory.Rule
    private let hasSeveralRules: Bool

    init(inventory: RouteInventory, object name: String?, rule wanted: String?) throws(CommandFault) {
        func fail(_ message: String, _ hint: String? = nil) -> CommandFault {
            CommandFault(InputFault(message, hint: hint), .usage)
        }
        let services = inventory.objects.filter { $0.kind == "VirtualService" && (name == nil || $0.name == name) }
        guard let object = services.first(where: { !$0.rules.isEmpty }) ?? services.first else {
            let known = inventory.objects.map { "\($0.kind) '\($0.name)'" }.joined(separator: ", ")
            throw fail(
                "there is no VirtualService\(name.map { " '\($0)'" } ?? "") in the file",
                known.isEmpty ? "the file holds no route object" : "it holds \(known)"
            )
        }
        if name == nil, services.count > 1 {
            throw fail(
                "the file holds \(services.count) VirtualServices",
                "choose one with --object: \(services.map(\.name).joined(separator: ", "))"
            )
        }
        if let problem = object.problem { throw fail("VirtualService '\(object.name)' cannot be used: \(problem)") }
        let pairs = object.rules.filter { $0.detour == nil && (1...2).contains($0.destinations.count) }
        let chosen =
            wanted.map { wanted in object.rules.filter { $0.name == wanted || Int(wanted) == $0.index } }
            ?? (pairs.contains { $0.destinations.count == 2 } ? pairs.filter { $0.destinations.count == 2 } : pairs)
        let labels = pairs.map { $0.name ?? "\($0.index)" }.joined(separator: ", ")
        guard let rule = chosen.first, rule.detour == nil, (1...2).contains(rule.destinations.count) else {
            throw fail(
                wanted.map { "rule '\($0)' of '\(object.name)' is not there, or does not have two destinations" }
                    ?? "no rule of '\(object.name)' has two destinations",
                labels.isEmpty ? nil : "rules that can be used: \(labels)"
            )
        }
        if chosen.count > 1 {
            throw fail("several rules of '\(object.name)' have two destinations", "choose one with --rule: \(labels)")
        }
        self.object = object
        self.rule = rule
        hasSeveralRules = object.rules.count > 1
    }

    func draft(file: String) -> SpecDraft {
        let ordered = rule.destinations.sorted { ($0.weight ?? 100) > ($1.weight ?? 100) }
        func side(_ destination: RouteInventory.Destination) -> SpecDraft.Side {
            SpecDraft.Side(host: destination.host, subset: destination.subset)
        }
        let stable = side(ordered[0])
        return SpecDraft(
            name: object.name,
            namespace: object.namespace,
            file: file == "-" ? nil : file,
            ruleName: hasSeveralRules ? rule.name : nil,
            ruleIndex: hasSeveralRules && rule.name == nil ? rule.index : nil,
            stable: stable,
            canary: ordered.count > 1 ? side(ordered[1]) : nil,
            hasMatch: rule.hasMatch
        )
    }
}
