package import CanaryCore

extension CanaryStatus {
    /// As the `status` of a Canary object: members that are not known are left out, times are RFC 3339 in whole seconds.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "observedGeneration": .integer(Int64(observedGeneration)),
            "phase": .string(phase.rawValue),
            "message": .string(message),
            "conditions": .array(conditions.map(\.json)),
        ]
        members["stable"] = stable.map(\.json)
        members["canary"] = canary.map(\.json)
        if let stable = stable?.weight, let canary = canary?.weight {
            members["weights"] = .object(["stable": .integer(Int64(stable)), "canary": .integer(Int64(canary))])
        }
        members["stableRevision"] = stable?.revision.map { .string($0) }
        members["canaryRevision"] = canary?.revision.map { .string($0) }
        members["stableImage"] = stable?.image.map { .string($0) }
        members["canaryImage"] = canary?.image.map { .string($0) }
        members["run"] = run.map(\.json)
        members["step"] = step.map(\.json)
        members["gate"] = gate.map { .object(["reason": .string($0.label), "message": .string($0.text)]) }
        members["waitingSince"] = waitingSince.map { .string($0.rfc3339) }
        members["lastRun"] = lastRun.map(\.json)
        members["request"] = request.map(\.json)
        return .object(members)
    }

    /// As a merge patch that makes `old` this: members that went away are null.
    ///
    /// Nil if nothing has changed.
    package func patch(from old: JSONValue) -> JSONValue? {
        guard json != old else { return nil }
        return .object(["status": Self.merge(from: old, to: json)])
    }

    private static func merge(from old: JSONValue, to new: JSONValue) -> JSONValue {
        guard let before = old.members, let after = new.members else { return new }
        var patch = after.filter { before[$0.key] != $0.value }
        for (key, value) in patch { patch[key] = merge(from: before[key] ?? .null, to: value) }
        for key in before.keys where after[key] == nil { patch[key] = .null }
        return .object(patch)
    }
}

extension StatusCondition {
    fileprivate var json: JSONValue {
        .object([
            "type": .string(kind.rawValue),
            "status": .string(value.rawValue),
            "reason": .string(reason),
            "message": .string(message),
            "lastTransitionTime": .string(since.rfc3339),
            "observedGeneration": .integer(Int64(observedGeneration)),
        ])
    }
}

extension CanaryStatus.Side {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["name": .string(name)]
        members["revision"] = revision.map { .string($0) }
        members["image"] = image.map { .string($0) }
        members["weight"] = weight.map { .integer(Int64($0)) }
        members["ready"] = ready.map { .integer(Int64($0)) }
        members["pods"] = pods.map { .integer(Int64($0)) }
        return .object(members)
    }
}

extension CanaryStatus.Run {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["id": .string(id), "startedAt": .string(startedAt.rfc3339)]
        members["by"] = by.map { .string($0) }
        members["holder"] = holder.map { .string($0) }
        return .object(members)
    }
}

extension CanaryStatus.Step {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = [
            "number": .integer(Int64(number)),
            "of": .integer(Int64(of)),
            "percent": Int64(exactly: percent).map { .integer($0) } ?? .number(percent),
            "since": .string(since.rfc3339),
        ]
        members["verdict"] = verdict.map { .string($0.rawValue) }
        return .object(members)
    }
}

extension CanaryStatus.LastRun {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(id),
            "outcome": .string(outcome),
            "label": .string(label),
            "reason": .string(reason),
            "startedAt": .string(startedAt.rfc3339),
            "finishedAt": .string(finishedAt.rfc3339),
        ]
        members["by"] = by.map { .string($0) }
        members["stableRevision"] = stableRevision.map { .string($0) }
        members["canaryRevision"] = canaryRevision.map { .string($0) }
        members["stableImage"] = images?.stable.map { .string(PlainLine.of($0, limit: 120)) }
        members["canaryImage"] = images?.canary.map { .string(PlainLine.of($0, limit: 120)) }
        return .object(members)
    }
}

extension CanaryStatus.RequestAnswer {
    /// As `status.request`, every member of it.
    package var json: JSONValue {
        .object([
            "id": .string(id),
            "verb": .string(verb),
            "result": .string(result.rawValue),
            "message": .string(message),
            "by": .string(by),
            "at": .string(at.rfc3339),
        ])
    }
}
