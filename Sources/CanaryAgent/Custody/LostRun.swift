package import CanaryCore
import CanaryJournal
package import CanaryKubernetes
import FoundationEssentials

/// A run whose record in its Lease cannot be read any more, pieced together from what else tells of it.
///
/// It is taken back or held, as `guards.onOrphan` says, and never gone on with: what was written last is not known. Which version is
/// stable has to be certain; where two traces could mean two answers, there is none.
package struct LostRun: Sendable, Hashable {
    package var canary: String
    package var run: RolloutRecord.Run
    /// What told of it.
    package var source: String

    /// What the traces make certain.
    package enum Finding: Sendable, Hashable {
        case found(LostRun)
        /// With everything that was tried.
        case unknown(Reason)
    }

    /// Everything that may tell of the run.
    package struct Traces: Sendable {
        /// As its holder left it.
        package var lease: Lease
        /// The name of the canary; nil if it is not known here.
        package var canary: String?
        /// What the holder kept of its state; nil if there is nothing, or it cannot be read.
        package var kept: SnapshotObject.Content?
        /// The status of the Canary, as it was before anybody wrote that the record cannot be read.
        package var status: CanaryStatus?
        /// The run as this process read it in the same holder's record before.
        package var remembered: RolloutRecord.Run?
        /// The canary's spec with the destinations of its rule; nil if it is not known here.
        package var spec: CanarySpec?
        /// As they are now, by the spec's names.
        package var weights: RouteWeights?

        package init(lease: Lease) { self.lease = lease }
    }

    /// Looks for the run in all traces, the most certain first.
    package static func find(_ traces: Traces) -> Finding {
        var tried: [String] = []
        for trace in [remembered, written, kept, told] {
            switch trace(traces) {
            case .failure(let why): tried.append(why.text)
            case .success(let lost):
                guard traces.status?.lastRun?.id != lost.run.id else {
                    tried.append("\(lost.source) tells of the run \(lost.run.id), which has ended")
                    continue
                }
                return .found(lost)
            }
        }
        let lease = traces.lease
        let text =
            "the record in the Lease \(lease.namespace)/\(lease.name) cannot be read, and which version is stable is not certain: "
            + tried.joined(separator: "; ")
            + ". Nothing is written; set the weights as they should be, then delete the Lease"
        return .unknown(Reason("record-unreadable", text))
    }

    private struct Nothing: Error { var text: String }
    private typealias Trace = Result<LostRun, Nothing>

    private static func nothing(_ text: String) -> Trace { .failure(Nothing(text: text)) }

    private static func remembered(_ traces: Traces) -> Trace {
        guard let run = traces.remembered, let canary = traces.canary else {
            return nothing("this process had not read the record before")
        }
        return .success(LostRun(canary: canary, run: run, source: "the record, as this process read it before,"))
    }

    /// What is left of the record itself.
    private static func written(_ traces: Traces) -> Trace {
        struct Part: Decodable {
            var canary: String
            var run: RolloutRecord.Run
        }
        let text = traces.lease.annotations[RolloutObject.recordKey] ?? ""
        guard text.utf8.count <= 256 << 10, let part = try? JSONDecoder().decode(Part.self, from: Data(text.utf8)),
            RolloutObject.name(of: part.canary) == traces.lease.name
        else { return nothing("what is left of the record tells of no run") }
        return .success(LostRun(canary: part.canary, run: part.run, source: "what is left of the record"))
    }

    /// The state that the last holder kept: of its own run, because it carries the Lease's count, and ended runs take it away.
    private static func kept(_ traces: Traces) -> Trace {
        guard !traces.lease.holder.isEmpty else { return nothing("its Lease was given back") }
        guard let content = traces.kept else { return nothing("no state of a run is kept") }
        guard content.lease == traces.lease.uid, !content.lease.isEmpty, content.transitions == traces.lease.transitions
        else { return nothing("the state that is kept is not that of the last holder") }
        let codec = SnapshotCodec(limits: SnapshotLimits(storedBytes: SnapshotObject.mostBytes))
        guard let snapshot = try? codec.decode(content.bytes) else {
            return nothing("the state that is kept cannot be read")
        }
        let header = snapshot.header
        guard RolloutObject.name(of: header.spec.name) == traces.lease.name, let baseline = header.baseline,
            snapshot.state.rollout.outcome == nil
        else { return nothing("the state that is kept is not that of a run of this canary") }
        var run = RolloutRecord.Run(header: header, baseline: baseline)
        run.percent = snapshot.state.rollout.route?.weights.canaryPercent ?? baseline.canaryPercent
        run.highestPercent = snapshot.state.ledger.steps.map(\.percent).filter(\.isFinite).max()
        return .success(LostRun(canary: header.spec.name, run: run, source: "the state that was kept of the run"))
    }

    /// What the Canary's status says: believed only while the route still shows the split that it tells of.
    private static func told(_ traces: Traces) -> Trace {
        guard !traces.lease.holder.isEmpty else { return nothing("nobody held it when it was damaged") }
        guard let status = traces.status, let told = status.run else { return nothing("no status tells of a run") }
        guard let spec = traces.spec else {
            return nothing("the status of the Canary tells of a run, and only an agent knows its spec")
        }
        let names = [spec.route.stable.label, spec.route.canary.label]
        let sides = [status.stable?.name, status.canary?.name]
        guard names[0] != names[1], sides == names || sides == names.reversed() else {
            return nothing("the status names other versions than the spec")
        }
        let roles = sides == names ? Roles.asNamed : .exchanged
        let weights = traces.weights.map { roles == .asNamed ? $0 : $0.swapped }
        guard let weights, weights.stable == status.stable?.weight, weights.canary == status.canary?.weight,
            weights.stable > 0, weights.canary > 0
        else { return nothing("the weights are not the split that the status tells of") }
        let header = RunHeader(
            version: "",
            run: told.id,
            startedAt: told.startedAt,
            spec: spec,
            roles: roles,
            place: "",
            by: told.by
        )
        let baseline = RouteWeights(stable: weights.stable + weights.canary, canary: 0)
        var run = RolloutRecord.Run(header: header, baseline: baseline)
        run.percent = weights.canaryPercent
        return .success(LostRun(canary: spec.name, run: run, source: "the status of the Canary"))
    }
}

extension LostRun {
    /// The run as one that is to be taken over.
    package func orphan(_ unreadable: OrphanWatch.Unreadable) -> Orphan {
        let lease = unreadable.lease
        let key = CanaryKey(namespace: lease.namespace, name: canary)
        var orphan = Orphan(key: key, lease: lease, run: run, cause: unreadable.cause)
        let stable = run.roles == .asNamed ? run.route.stable : run.route.canary
        let text =
            "its record in the Lease \(lease.name) cannot be read any more; \(source) says that \(stable.label) is stable"
        orphan.lost = Reason("record-damaged", text)
        return orphan
    }
}
