package import CanaryCore
import CanaryRouting
import CanarySources
package import CanaryTelemetry
import CanaryTransport
import CanaryYAML
import FoundationEssentials

/// What a run would write, without writing anything.
package struct DryRunReport: Sendable {
    /// One write.
    package struct Write: Sendable {
        package var plan: WeightPlan
        package var weights: RouteWeights
    }

    package var roles: Roles
    package var stable: DestinationSpec
    package var canary: DestinationSpec
    package var found: RouteSnapshot
    /// The writes of a run in which every step is proved, in order.
    package var writes: [Write]
    /// The write of a rollback.
    package var rollback: Write
    /// One round of telemetry; its counts are a baseline only.
    package var window: Window
    /// Why a run would be refused.
    package var refusal: Reason?
}

/// Reads the route and the telemetry once and says what a run would do.
package struct DryRun {
    private let options: RunOptions

    package init(options: RunOptions) {
        self.options = options
    }

    package func run() async throws(AgentError) -> DryRunReport {
        let spec = RouteFile.completed(options.spec, path: options.routePath)
        let live = RouteFile.completed(options.live, path: options.routePath)
        let found: RouteSnapshot
        let roles: Roles
        let store: FileRouteStore
        do {
            roles = Roles(found: try await RouteFile.store(options.routePath, spec, .asNamed).read().weights)
            store = RouteFile.store(options.routePath, spec, roles)
            found = try await store.read()
        } catch {
            throw AgentError(error.message, cause: error.cause, hint: error.hint)
        }
        let client = HTTPClient()
        let window = await ScrapeSource(spec: live, roles: roles, client: client).observe(seconds: 0)
        await client.shutdown()

        var rollout = Rollout(rules: RolloutRules(spec))
        var refusal: Reason?
        _ = rollout.handle(.routeRead(found), at: Timestamp(milliseconds: 0))
        if case .finished(let outcome) = rollout.phase { refusal = outcome.reason }
        let first: Int
        if case .watching(let step, _) = rollout.phase { first = step } else { first = spec.steps.count }
        // The step that is in force already is begun without a write.
        let steps = spec.steps.dropFirst(first).filter { ($0 - found.weights.canaryPercent).magnitude >= 1e-6 }
        var route = EditedRoute(store)
        var writes: [DryRunReport.Write] = []
        do {
            for percent in steps {
                let plan = WeightPlan(canaryPercent: percent, purpose: percent >= 100 ? .promotion : .step)
                writes.append(DryRunReport.Write(plan: plan, weights: try route.write(plan)))
            }
        } catch {
            refusal = refusal ?? Reason(error)
        }
        return DryRunReport(
            roles: roles,
            stable: roles == .asNamed ? spec.route.stable : spec.route.canary,
            canary: roles == .asNamed ? spec.route.canary : spec.route.stable,
            found: found,
            writes: writes,
            rollback: DryRunReport.Write(
                plan: .allStable,
                weights: (try? route.write(.allStable)) ?? RouteWeights(stable: 100, canary: 0)
            ),
            window: window,
            refusal: refusal
        )
    }
}

/// The text of a route as the writes of a run would change it, in memory.
private struct EditedRoute {
    private let selection: RouteSelection
    private var text: String

    init(_ store: FileRouteStore) {
        selection = store.selection
        // A file that went away since it was read shows as a rule that is not there.
        let data = (try? Data(contentsOf: URL(filePath: store.path))) ?? Data()
        text = String(decoding: data, as: UTF8.self)
    }

    mutating func write(_ plan: WeightPlan) throws(RouteError) -> RouteWeights {
        text = try VirtualServiceEditor.edit(text: text, selection: selection, canaryPercent: plan.canaryPercent)
        return try VirtualServiceReader.read(text: text, selection: selection).weights
    }
}
