import CanaryYAML
import Foundation
import Synchronization

/// From a request to its answer, with whatever is to go wrong in between.
extension ServerCore {
    /// Answers a request; false if the connection is to be closed.
    func respond(to message: HTTPMessage, on connection: HTTPConnection, number: Int) throws -> Bool {
        let request = APIRequest(message)
        let (user, partition) = state.withLock { state -> (String, Partition?) in
            // A token that is not valid belongs to nobody.
            let user = (try? state.cluster.access.user(authorization: request.header("authorization"))) ?? ""
            state.users[connection.descriptor] = user
            return (user, state.cutOff[user])
        }
        switch partition {
        case .refused:
            connection.prepareReset()
            return false
        case .silent: return !connection.peerLeaves(within: nil)
        case nil: break
        }
        let (entry, effects) = state.withLock { state in
            (state.log.add(request, connection: number, user: user), state.faults.take(for: request))
        }
        wakeWaiters()
        for case .delay(let pause) in effects {
            guard !connection.peerLeaves(within: pause) else { return false }
        }
        let responder = Responder(core: self, request: request, user: user, entry: entry, connection: connection)
        switch effects.last {
        case .status(let status):
            return try responder.send(APIAnswer(status.status))
        case .answer(let code, let type, let body):
            return try responder.send(APIAnswer(code: code, .text(body, type: type)))
        case .stall:
            return !connection.peerLeaves(within: nil)
        case .reset:
            connection.prepareReset()
            return false
        default:
            return try handle(effects, responder)
        }
    }

    private func handle(_ effects: [Fault.Effect], _ responder: Responder) throws -> Bool {
        let request = responder.request
        let time = Self.now()
        let outcome = change { state -> APIOutcome in
            for case .rivalBefore(let rival) in effects { state.act(rival, on: request, restoring: nil, at: time) }
            // Only then: a copy that is kept makes the next change copy all names.
            let before = effects.isEmpty ? nil : state.cluster
            let outcome = state.cluster.outcome(of: request, at: time)
            guard let before else { return outcome }
            if case .changeNothing? = effects.last {
                state.cluster = before
                return Self.unchanged(outcome, request, before)
            }
            if case .mutate(let webhook)? = effects.last {
                state.act(webhook, on: request, restoring: nil, at: time)
                return Self.unchanged(outcome, request, state.cluster)
            }
            if case .answer(let answer) = outcome, answer.code < 300 {
                let old = Self.present(request, before)
                for case .rivalAfter(let rival) in effects { state.act(rival, on: request, restoring: old, at: time) }
            }
            return outcome
        }
        switch outcome {
        case .answer(let answer):
            return try finish(answer, effects.last, responder)
        case .pod(let podRequest):
            guard let handler = state.withLock({ $0.podHandler }) else {
                return try finish(Self.unreachable(podRequest), effects.last, responder)
            }
            let answer = handler(podRequest)
            let body = APIAnswer.Body.bytes(answer.body, type: answer.type)
            return try finish(APIAnswer(code: answer.code, body), effects.last, responder)
        case .watch(let plan):
            return try WatchStream(core: self, plan: plan, effect: effects.last, responder: responder).serve()
        }
    }

    private func finish(_ answer: APIAnswer, _ effect: Fault.Effect?, _ responder: Responder) throws -> Bool {
        if answer.delay > .zero, responder.connection.peerLeaves(within: answer.delay) { return false }
        switch effect {
        case .loseAnswer: return false
        case .cutAnswer: return try responder.sendHalf(answer)
        default: return try responder.send(answer)
        }
    }

    /// A write that succeeded becomes an answer with the object as it is; everything else stays.
    private static func unchanged(_ outcome: APIOutcome, _ request: APIRequest, _ cluster: Cluster) -> APIOutcome {
        guard case .answer(let answer) = outcome, answer.code < 300, let object = present(request, cluster),
            let place = request.place
        else { return outcome }
        let apiVersion = place.group.isEmpty ? place.version : "\(place.group)/\(place.version)"
        return .answer(APIAnswer(.json(object.served(as: apiVersion))))
    }

    private static func present(_ request: APIRequest, _ cluster: Cluster) -> JSONValue? {
        guard let place = request.place, let name = place.name,
            let kind = cluster.catalogue.kind(group: place.group, version: place.version, plural: place.plural)
        else { return nil }
        return cluster.store[ObjectKey(kind: kind, namespace: place.namespace ?? "", name: name)]
    }

    private static func unreachable(_ request: PodRequest) -> APIAnswer {
        APIAnswer(
            APIStatus(
                code: 503,
                reason: "ServiceUnavailable",
                message: "error trying to reach service: dial tcp \(request.pod):\(request.port): connect: "
                    + "connection refused",
                details: [:]
            )
        )
    }
}

/// Where the answer to one request goes.
struct Responder {
    let core: ServerCore
    let request: APIRequest
    let user: String
    /// The number of the request's record.
    let entry: Int
    let connection: HTTPConnection

    /// Sends an answer; true, as the connection lives on.
    func send(_ answer: APIAnswer) throws -> Bool {
        note(answer.code)
        try connection.write(HTTPText.bytes(of: answer, isIndented: isIndented, isLast: false))
        return true
    }

    /// Sends the first half of an answer; false, as nothing can follow.
    func sendHalf(_ answer: APIAnswer) throws -> Bool {
        note(answer.code)
        let bytes = HTTPText.bytes(of: answer, isIndented: isIndented, isLast: false)
        try connection.write(Array(bytes[..<(bytes.count - min(bytes.count / 4, 40))]))
        return false
    }

    func note(_ code: Int) {
        core.state.withLock { $0.log.answered(entry, with: code) }
        core.wakeWaiters()
    }

    /// The real server indents for `curl`.
    private var isIndented: Bool { request.userAgent.hasPrefix("curl/") || request.flag("pretty") }
}
