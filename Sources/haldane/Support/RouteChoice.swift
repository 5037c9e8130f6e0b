import CanaryCore
import CanaryReport
import CanaryYAML

/// Which rule of which route a new spec is about.
struct RouteChoice {
    private let object: RouteInventory.Object
    private let rule: RouteInventory.Rule
    private let hasSeveralRules: Bool
    private let hasSeveralLists: Bool

    init(inventory: RouteInventory, object name: String?, rule wanted: String?) throws(CommandFault) {
        let object = try Self.object(inventory, name)
        let rule = try Self.rule(object, wanted)
        self.object = object
        self.rule = rule
        hasSeveralRules = object.rules.count { $0.list == rule.list } > 1
        hasSeveralLists = object.rules.contains { $0.list != rule.list }
    }

    private static func object(_ inventory: RouteInventory, _ name: String?) throws(CommandFault)
        -> RouteInventory.Object
    {
        let found = inventory.objects.filter { name == nil || $0.name == name }
        guard let object = found.first else {
            let known = inventory.objects.map { "\($0.kind.word) '\($0.name)'" }.joined(separator: ", ")
            throw fail(
                "there is no route\(name.map { " '\($0)'" } ?? "") in the file",
                known.isEmpty ? "it holds no VirtualService, HTTPRoute or GRPCRoute" : "it holds \(known)"
            )
        }
        guard found.count == 1 else {
            let names = found.map { "\($0.kind.word) '\($0.name)'" }.joined(separator: ", ")
            throw name == nil
                ? fail("the file holds \(found.count) routes: \(names)", "choose one with --object NAME")
                : fail("the file holds \(found.count) routes of that name: \(names)", "split the file")
        }
        if let problem = object.problem {
            throw fail("\(object.kind.word) '\(object.name)' cannot be used: \(problem)")
        }
        return object
    }

    private static func rule(_ object: RouteInventory.Object, _ wanted: String?) throws(CommandFault)
        -> RouteInventory.Rule
    {
        let usable = object.rules.filter { $0.detour == nil && (1...2).contains($0.destinations.count) }
        let labels = usable.map(label).joined(separator: ", ")
        if let wanted {
            let named = object.rules.filter { $0.name == wanted || label($0) == wanted }
            guard let rule = named.first, named.count == 1, usable.contains(rule) else {
                throw fail(
                    named.count > 1
                        ? "\(named.count) rules of '\(object.name)' are called '\(wanted)'"
                        : "rule '\(wanted)' of '\(object.name)' is not there, or does not have one or two destinations",
                    labels.isEmpty ? nil : "rules that can be used: \(labels)"
                )
            }
            return rule
        }
        let pairs = usable.filter { $0.destinations.count == 2 }
        let candidates = pairs.isEmpty ? usable : pairs
        guard let rule = candidates.first else {
            throw fail("no rule of '\(object.name)' has one or two destinations")
        }
        guard candidates.count == 1 else {
            throw fail(
                pairs.isEmpty
                    ? "no rule of '\(object.name)' has two destinations, and several have one, to which the other could be added"
                    : "several rules of '\(object.name)' have two destinations",
                "choose one with --rule: \(candidates.map(label).joined(separator: ", "))"
            )
        }
        return rule
    }

    /// How a rule is named on the command line: its name, else its index, with the list if that is not `http`.
    private static func label(_ rule: RouteInventory.Rule) -> String {
        rule.name ?? (rule.list.map { "\($0.rawValue)/\(rule.index)" } ?? "\(rule.index)")
    }

    private static func fail(_ message: String, _ hint: String? = nil) -> CommandFault {
        CommandFault(InputFault(message, hint: hint), .usage)
    }

    func draft(file: String) -> SpecDraft {
        // The API fills in a weight of 1; in a VirtualService an absent one is 0 beside a partner, and all for one alone.
        let absent = object.kind == .virtualService ? 0 : 1
        let ordered = rule.destinations.enumerated().sorted {
            ($1.element.weight ?? absent, $0.offset) < ($0.element.weight ?? absent, $1.offset)
        }.map(\.element)
        func side(_ destination: RouteInventory.Destination) -> SpecDraft.Side {
            SpecDraft.Side(host: destination.host, subset: destination.subset)
        }
        return SpecDraft(
            kind: object.kind,
            name: object.name,
            namespace: object.namespace,
            file: file == "-" ? nil : file,
            ruleName: hasSeveralRules ? rule.name : nil,
            ruleIndex: (hasSeveralRules || hasSeveralLists) && rule.name == nil ? rule.index : nil,
            ruleList: hasSeveralLists || rule.list != nil ? rule.list : nil,
            stable: side(ordered[0]),
            canary: ordered.count > 1 ? side(ordered[1]) : nil,
            hasMatch: rule.hasMatch
        )
    }
}
