package import CanaryCore
package import CanaryKubernetes
package import CanaryYAML

/// A Canary object as an operator sees it.
package struct CanaryLook: Sendable, Hashable {
    package let key: CanaryKey
    /// Nil while no agent has written one.
    package let status: CanaryStatus?
    package let generation: Int
    /// Those of the request that is written on it, answered or not.
    private let request: [String: String]
    /// Whether anybody looks after its run; nil if that was not looked at.
    package var care: RunCare?
    /// Whether an agent is alive; nil if that was not looked at.
    package var agents: AgentCare?
    /// When it was looked at.
    package let seenAt: Timestamp

    package init(_ object: KubernetesObject, care: RunCare? = nil, at now: Timestamp) {
        self.care = care
        seenAt = now
        key = CanaryKey(
            namespace: PlainLine.of(object.namespace, limit: 253),
            name: PlainLine.of(object.name, limit: 253)
        )
        status = CanaryStatus(json: object.status)
        generation = object.generation
        request = object.annotations.filter { $0.key.hasPrefix(RequestAnnotations.prefix) }
    }

    /// Of the request that is written on it, answered or not.
    package var requestID: String? { RequestAnnotations.members(of: request)["id"] }

    /// The request that no agent has answered, and will; nil if there is none.
    package var waitingRequest: CanaryRequest? {
        guard case .request(let request) = RequestReader.read(request, answered: status?.request, at: seenAt),
            request.id != status?.request?.id
        else { return nil }
        return request
    }

    /// What a promotion that is asked for now is about: the run that goes on, or else the revision beside stable.
    package var target: String? { status?.run?.id ?? status?.canary?.revision }

    /// Whether the agent has seen the present spec.
    package var isObserved: Bool { status.map { $0.observedGeneration >= generation } ?? false }

    /// Whether a run goes on, or is about to.
    package var isBusy: Bool { status?.run != nil || status?.condition(.reconciling)?.value == .yes }

    /// What is wrong with who looks after the run; nil if nothing is, or no run goes on.
    package var careWords: String? {
        if case .hidden = care, status?.run == nil { return nil }
        return care?.sentence(at: seenAt)
    }

    /// What is wrong with the agents; nil if nothing is, or somebody is at the run.
    package var agentWords: String? {
        care == .driven ? nil : agents?.sentence(at: seenAt)
    }

    /// Whether nobody looks after it: neither a process at its run, nor an agent that would begin one.
    package var isAbandoned: Bool { care?.isNobody == true || care != .driven && agents?.isGone == true }

    /// The sentence of the status, behind what it cannot say itself.
    package var message: String {
        let said = status?.message ?? "no agent looks after it"
        guard care?.isNobody == true, let careWords else { return said }
        return "\(careWords); last said: \(said)"
    }

    /// As of a run on this machine: 0 nothing is wrong; 1 undecided, paused, held; 2 worse, rolled back; 3 nobody knows.
    package var exitCode: ExitCode {
        guard let status, !isAbandoned else { return .unknown }
        switch status.phase {
        case .invalid: return .unknown
        case .rollingBack: return .degraded
        case .held, .paused, .watching: return .undecided
        case .baking: return .healthy
        case .progressing: return status.step?.verdict?.exitCode ?? .undecided
        case .idle:
            guard status.condition(.stalled)?.value == .yes else {
                // A release that is ready and may not begin is no answer yet.
                return status.gate != nil || status.waitingSince != nil ? .undecided : .healthy
            }
            return status.condition(.stalled)?.reason == "RolledBack" ? .degraded : .undecided
        }
    }

    /// Of the outcome of the last run, for whoever followed it.
    package var outcomeCode: ExitCode {
        let word = status?.lastRun?.outcome.prefix { $0 != "(" } ?? ""
        switch word {
        case "promoted": return .healthy
        case "rolledBack": return .degraded
        case "held", "stopped": return .undecided
        default: return .unknown
        }
    }

    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "namespace": .string(key.namespace),
            "name": .string(key.name),
            "observed": .bool(isObserved),
            "status": status?.json ?? .null,
            "exitCode": .integer(Int64(exitCode.code)),
        ]
        let warnings = [careWords, agentWords].compactMap { $0 }
        if !warnings.isEmpty { members["warning"] = .string(warnings.joined(separator: "; ")) }
        members["waitingRequest"] = waitingRequest.map { request in
            .object(request.members.mapValues { .string($0) })
        }
        return .object(members)
    }
}
