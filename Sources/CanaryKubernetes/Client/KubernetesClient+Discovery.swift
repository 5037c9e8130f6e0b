import CanaryYAML

/// What the server serves, and what we may do there.
extension KubernetesClient {
    /// The resource in a version that the server serves: the one asked for if it does, else the server's favourite.
    ///
    /// Throws `noSuchResource` with a hint if no version of the group has the kind.
    package func served(_ resource: APIResource) async throws(KubernetesError) -> APIResource {
        guard let kinds else { return try await askedFor(resource) }
        if let answer = kinds.answer(for: resource, at: .now) { return try answer.get() }
        let answer: Result<APIResource, KubernetesError>
        do throws(KubernetesError) {
            answer = .success(try await askedFor(resource))
        } catch {
            answer = .failure(error)
        }
        kinds.keep(answer, for: resource, at: .now)
        return try answer.get()
    }

    private func askedFor(_ resource: APIResource) async throws(KubernetesError) -> APIResource {
        var group = APICall(verb: "get", resource: resource)
        group.plainPath = resource.group.isEmpty ? "/api" : "/apis/\(resource.group)"
        let answer: JSONValue
        do throws(KubernetesError) {
            answer = try await json(group)
        } catch {
            guard error.code == .noSuchResource || error.code == .notFound else { throw error }
            throw absent(resource, cause: "the server has no group '\(resource.group)'")
        }
        let offered =
            resource.group.isEmpty
            ? (answer["versions"]?.items ?? []).compactMap(\.string)
            : (answer["versions"]?.items ?? []).compactMap { $0["version"]?.string }
        let favourite = answer["preferredVersion"]?["version"]?.string
        let versions = [resource.version, favourite].compactMap { $0 }.filter(offered.contains) + offered.prefix(16)
        var seen: Set<String> = []
        for version in versions where seen.insert(version).inserted {
            let candidate = resource.served(as: version)
            var list = group
            list.plainPath = (resource.group.isEmpty ? "/api/" : "/apis/\(resource.group)/") + version
            do throws(KubernetesError) {
                let kinds = try await json(list)["resources"]?.items ?? []
                if kinds.contains(where: { $0["name"]?.string == resource.plural }) { return candidate }
            } catch {
                // A version that went away since it was named is no different from one that was not named.
                guard error.code == .noSuchResource || error.code == .notFound else { throw error }
            }
        }
        let names = offered.prefix(16).map { Excerpt.of($0, limit: 40) }.joined(separator: ", ")
        throw absent(
            resource,
            cause: "the group '\(resource.group)' has the versions \(names), without \(resource.plural)"
        )
    }

    /// Whether the server would let us do something (SelfSubjectAccessReview).
    ///
    /// - Parameter verb: as RBAC calls it: `get`, `list`, `watch`, `create`, `update`, `patch`.
    package func isAllowed(
        _ verb: String,
        _ resource: APIResource,
        namespace: String?,
        name: String? = nil,
        subresource: String? = nil
    ) async throws(KubernetesError) -> Bool {
        var attributes: [String: JSONValue] = [
            "verb": .string(verb), "group": .string(resource.group), "version": .string(resource.version),
            "resource": .string(resource.plural),
        ]
        attributes["namespace"] = namespace.map { .string($0) }
        attributes["name"] = name.map { .string($0) }
        attributes["subresource"] = subresource.map { .string($0) }
        var call = APICall(verb: "create", resource: .accessReviews)
        call.body = [
            "apiVersion": .string(APIResource.accessReviews.apiVersion),
            "kind": .string(APIResource.accessReviews.kind),
            "spec": ["resourceAttributes": .object(attributes)],
        ]
        let answer = try await json(call)
        guard let status = answer["status"] else {
            throw .badAnswer("the review has no status", call: call, label: connection.label)
        }
        return status["allowed"]?.bool ?? false
    }

    /// The rule that allows something, ready to paste, and where it belongs.
    package static func grant(
        _ verb: String,
        _ resource: APIResource,
        namespace: String?,
        subresource: String? = nil
    ) -> String {
        APICall(verb: verb, resource: resource, namespace: namespace, subresource: subresource).grant
    }

    private func absent(_ resource: APIResource, cause: String) -> KubernetesError {
        KubernetesError(
            code: .noSuchResource,
            message:
                "\(connection.label) serves no \(resource.kind) of \(resource.group.isEmpty ? "v1" : resource.group)",
            cause: cause,
            hint: Self.installation(of: resource)
        )
    }

    private static func installation(of resource: APIResource) -> String {
        switch resource.group {
        case "networking.istio.io": "install Istio's CustomResourceDefinitions, or name another context"
        case "gateway.networking.k8s.io": "install the Gateway API's CustomResourceDefinitions, or name another context"
        default: "check that its CustomResourceDefinition is installed, and the context"
        }
    }
}
