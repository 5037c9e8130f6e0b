package import CanaryCore
package import CanaryKubernetes
import CanaryTransport
import CanaryYAML

/// Where an operator asks something of a canary in the cluster, and sees how it stands.
///
/// It talks to the API server alone: a request is annotations of the Canary, which the agent answers in the status. All that is
/// needed is to get and to patch canaries.
package struct CanaryDesk: Sendable {
    package let client: KubernetesClient
    /// Where the agent is said to be; nil if nobody said so.
    let agentNamespace: String?
    let now: @Sendable () -> Timestamp
    private let wait: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - agentNamespace: where the agent is; nil looks where it usually is, then everywhere.
    ///   - now: the wall clock.
    ///   - wait: passes time between two looks.
    package init(
        client: KubernetesClient,
        agentNamespace: String? = nil,
        now: @escaping @Sendable () -> Timestamp,
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.client = client
        self.agentNamespace = agentNamespace
        self.now = now
        self.wait = wait
    }

    /// Opens a desk for the time of a body.
    package static func open<T>(
        _ options: ClusterOptions,
        agentNamespace: String? = nil,
        now: @escaping @Sendable () -> Timestamp,
        _ body: (CanaryDesk) async throws -> T
    ) async throws -> T {
        let connection = try options.connection()
        let http = connection.makeHTTPClient()
        let result: Result<T, any Error>
        do {
            result = .success(
                try await body(
                    CanaryDesk(
                        client: KubernetesClient(connection: connection, http: http),
                        agentNamespace: agentNamespace,
                        now: now
                    )
                )
            )
        } catch let error as KubernetesError {
            result = .failure(AgentError(error.message, cause: error.cause, hint: error.hint))
        } catch {
            result = .failure(error)
        }
        await http.shutdown()
        return try result.get()
    }

    /// The namespace that is meant where none is named.
    package var namespace: String { client.connection.namespace }

    /// The user as the API server knows it (SelfSubjectReview); nil where it does not say, as servers before 1.28.
    package func user() async -> String? {
        let review = APIResource.selfReviews
        var answer: KubernetesObject?
        // Nothing is written by it, so that it may be asked again.
        for isLast in [false, false, true] {
            do throws(KubernetesError) {
                answer = try await client.create(
                    review,
                    namespace: nil,
                    .object(["apiVersion": .string(review.apiVersion), "kind": .string(review.kind)])
                )
                break
            } catch {
                // Not to be told is an answer: the caller has another name at hand.
                guard error.disposition == .retry, !isLast, (try? await wait(.milliseconds(250))) != nil else { break }
            }
        }
        // As it is: the admission policy compares it with what the server knows.
        let name = answer?.status["userInfo"]?["username"]?.string ?? ""
        return name.isEmpty || name.utf8.count > RequestReader.longest ? nil : name
    }

    /// How a canary stands.
    package func look(_ canary: CanaryKey) async throws(KubernetesError) -> CanaryLook {
        do throws(KubernetesError) {
            let object = try await client.get(.canaries, namespace: canary.namespace, name: canary.name)
            return CanaryLook(object, at: now())
        } catch {
            guard error.code == .notFound || error.code == .noSuchResource else { throw error }
            // Says it better, if the kind itself is not there.
            _ = try await client.served(.canaries)
            throw KubernetesError(
                code: .notFound,
                message: "there is no Canary '\(canary.name)' in namespace '\(canary.namespace)'",
                hint:
                    "`haldane status -n \(canary.namespace)` lists those that are there; one in the files of an agent with "
                    + "--specs is reached on its machine: `haldane status \(canary.namespace)-\(canary.name) --journals DATA`"
            )
        }
    }

    /// How a canary stands, and whether anybody looks after it: what the status says stays when nobody is there to write it.
    package func stand(_ canary: CanaryKey) async throws(KubernetesError) -> CanaryLook {
        var look = try await look(canary)
        do throws(KubernetesError) {
            let name = RolloutObject.name(of: canary.name)
            let lease = Lease(try await client.get(.leases, namespace: canary.namespace, name: name))
            look.care = RunCare(lease, at: now())
        } catch {
            look.care = error.code == .notFound ? .noRun : .hidden(PlainLine.of(error.message, limit: 500))
        }
        if look.care != .driven { look.agents = await agents() }
        return look
    }

    /// How all canaries of a namespace stand, or of all for nil, by name, and whether anybody looks after them.
    package func list(namespace: String?) async throws(KubernetesError) -> [CanaryLook] {
        do throws(KubernetesError) {
            let objects = try await client.list(.canaries, namespace: namespace).items
            let cares = await cares(namespace: namespace)
            let agents = objects.isEmpty ? nil : await agents()
            return objects.map { object in
                var look = CanaryLook(object, at: now())
                look.care = cares(look.key)
                look.agents = agents
                return look
            }.sorted { $0.key < $1.key }
        } catch {
            guard error.code == .notFound || error.code == .noSuchResource else { throw error }
            _ = try await client.served(.canaries)
            throw error
        }
    }

    private func cares(namespace: String?) async -> (CanaryKey) -> RunCare {
        do throws(KubernetesError) {
            let leases = try await client.list(.leases, namespace: namespace, labels: RolloutObject.selector).items
            var cares: [String: RunCare] = [:]
            for object in leases { cares["\(object.namespace)/\(object.name)"] = RunCare(Lease(object), at: now()) }
            return { [cares] in cares["\($0.namespace)/\(RolloutObject.name(of: $0.name))"] ?? .noRun }
        } catch {
            let why = PlainLine.of(error.message, limit: 500)
            return { _ in .hidden(why) }
        }
    }

    /// What came of a request.
    package enum Reply: Sendable, Hashable {
        case answer(CanaryStatus.RequestAnswer)
        /// No agent has answered in time; the request stays for a while.
        case silence
        /// Another request took its place before it was answered.
        case overtaken
    }

    /// Writes a request and waits for its answer. A forced promotion without a target is about what is there now.
    ///
    /// - Parameters:
    ///   - author: in whose name it is asked; nil for the request's `by`, as the API server has told it.
    ///   - patience: for the answer; `pending` is taken for one when it is over.
    package func ask(
        _ request: CanaryRequest,
        of canary: CanaryKey,
        as author: RequestAuthor? = nil,
        patience: Duration
    ) async throws -> Reply {
        var request = request
        if request.force { try await requireForce(canary) }
        let present = try await look(canary)
        if request.force, request.target == nil {
            guard let target = present.target else {
                throw AgentError(
                    "there is nothing known to force a promotion of in \(canary)",
                    cause: "its status names neither a run nor a revision",
                    hint: "look at it, and ask again: haldane status \(canary.name) -n \(canary.namespace)"
                )
            }
            request.target = target
        }
        let members = request.members
        let author = author ?? RequestAuthor(request.by, isKnown: true)
        _ = try await author.writing { name in
            try await client.merge(
                .canaries,
                namespace: canary.namespace,
                name: canary.name,
                .object(["metadata": RequestAnnotations.patch(members.merging(["by": name]) { $1 })])
            )
        }
        var waited = Duration.zero
        var pending: CanaryStatus.RequestAnswer?
        while waited < patience {
            let seen = try await look(canary)
            if let answer = seen.status?.request, answer.id == request.id {
                guard answer.result == .pending else { return .answer(answer) }
                pending = answer
            } else if seen.requestID != request.id {
                return .overtaken
            }
            let pause = min(Duration.milliseconds(waited < .seconds(3) ? 250 : 1000), patience - waited)
            try await wait(pause)
            waited += pause
        }
        return pending.map { .answer($0) } ?? .silence
    }

    /// Follows a canary: each look whose status is another one, the first included, until a run has ended or none goes on, or nobody
    /// has looked after it for half a minute.
    ///
    /// - Returns: the last look.
    package func follow(_ canary: CanaryKey, _ show: (CanaryLook) -> Void) async throws -> CanaryLook {
        var last = try await stand(canary)
        show(last)
        let run = last.status?.run?.id
        var failingFor = Duration.zero
        var aloneFor = Duration.zero
        while last.isBusy, run == nil || last.status?.run?.id == run {
            try await wait(Self.followPause)
            do throws(KubernetesError) {
                let next = try await stand(canary)
                if next.status != last.status || next.care?.isNobody != last.care?.isNobody { show(next) }
                last = next
                failingFor = .zero
                aloneFor = next.care?.isNobody == true ? aloneFor + Self.followPause : .zero
                if aloneFor >= Self.handover { return last }
            } catch {
                failingFor += Self.followPause
                guard error.disposition == .retry, failingFor < .seconds(600) else { throw error }
            }
        }
        return last
    }

    private static let followPause = Duration.seconds(2)
    /// From one process that looks after a run to the next one.
    private static let handover = Duration.seconds(30)

    /// Says at once what the admission policy would say, and with the rule to paste.
    private func requireForce(_ canary: CanaryKey) async throws {
        // Who cannot be told is told by the server on the write.
        let isAllowed = try? await client.isAllowed(
            "force-promote",
            .canaries,
            namespace: canary.namespace,
            name: canary.name
        )
        guard isAllowed == false else { return }
        throw AgentError(
            "you may not force a promotion of \(canary)",
            cause: "it needs the verb 'force-promote' on canaries.haldane.dev",
            hint: KubernetesClient.grant("force-promote", .canaries, namespace: canary.namespace)
        )
    }
}

extension APIResource {
    /// Tells who asks.
    static let selfReviews = APIResource(
        group: "authentication.k8s.io",
        version: "v1",
        plural: "selfsubjectreviews",
        kind: "SelfSubjectReview",
        isNamespaced: false
    )
}
