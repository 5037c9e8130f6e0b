import CanaryCore
import CanaryRouting
import CanaryYAML
import FoundationEssentials

/// A route as the writes of a run would change it, in memory.
struct RouteDraft {
    private enum Content {
        case text(String, RouteSelection)
        case object(RouteObject)
    }

    private var content: Content

    init(_ store: FileRouteStore) {
        // A file that went away since it was read shows as a rule that is not there.
        let data = (try? Data(contentsOf: URL(filePath: store.path))) ?? Data()
        content = .text(String(decoding: data, as: UTF8.self), store.selection)
    }

    init(_ object: RouteObject) {
        content = .object(object)
    }

    /// The weights that a plan would write.
    mutating func write(_ plan: WeightPlan) throws(RouteError) -> RouteWeights {
        switch content {
        case .text(let text, let selection):
            let edited = try RouteEditor.edit(text: text, selection: selection, canaryPercent: plan.canaryPercent)
            content = .text(edited, selection)
            return try RouteReader.read(text: edited, selection: selection).weights
        case .object(let object):
            return try object.patch(to: object.weights(canaryPercent: plan.canaryPercent)).weights
        }
    }
}
