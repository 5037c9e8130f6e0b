import CanaryKubernetes
import CanaryYAML

/// Lists the routes of a cluster: VirtualServices, HTTPRoutes, GRPCRoutes, and the DestinationRules that say what
/// their subsets are.
enum FleetCluster {
    /// - Parameter namespaces: all if empty. One namespace more costs one list a kind more.
    /// - Throws: if no kind of route can be listed. A kind that is not served, or not for us, is a note.
    static func read(
        _ client: KubernetesClient,
        namespaces: [String],
        into reader: inout FleetReader
    ) async throws(KubernetesError) {
        let places: [String?] = namespaces.isEmpty ? [nil] : namespaces
        var first: KubernetesError?
        var listed = 0
        for kind in [APIResource.virtualServices, .httpRoutes, .grpcRoutes] {
            do throws(KubernetesError) {
                let count = try await list(kind, places, client, &reader)
                if count > 0 { listed += 1 }
            } catch {
                // A server that is not there is not there for the other kinds either.
                guard error.code == .forbidden || error.code == .noSuchResource else { throw error }
                if error.code == .forbidden || first == nil { first = error }
                if error.code == .forbidden { reader.add(note: Self.note(error)) }
            }
        }
        if listed == 0, let first { throw first }
        do throws(KubernetesError) {
            _ = try await list(.destinationRules, places, client, &reader)
        } catch {
            guard error.code != .noSuchResource else { return }
            reader.add(note: "subsets are taken by their names: \(Self.note(error))")
        }
    }

    /// How many places could be listed.
    private static func list(
        _ kind: APIResource,
        _ places: [String?],
        _ client: KubernetesClient,
        _ reader: inout FleetReader
    ) async throws(KubernetesError) -> Int {
        let served = try await client.served(kind)
        var listed = 0
        var refusal: KubernetesError?
        for place in places {
            do throws(KubernetesError) {
                for object in try await client.list(served, namespace: place).items {
                    reader.add(json: Self.complete(object.json, served))
                }
                listed += 1
            } catch {
                guard error.code == .forbidden, places.count > 1 else { throw error }
                refusal = error
                reader.add(note: Self.note(error))
            }
        }
        if listed == 0, let refusal { throw refusal }
        return listed
    }

    /// Items of a list need not carry their kind.
    private static func complete(_ json: JSONValue, _ kind: APIResource) -> JSONValue {
        guard json["kind"] == nil || json["apiVersion"] == nil, case .object(var members) = json else { return json }
        members["kind"] = .string(kind.kind)
        members["apiVersion"] = .string(kind.apiVersion)
        return .object(members)
    }

    private static func note(_ error: KubernetesError) -> String {
        error.message + (error.cause.map { ": \($0)" } ?? "")
    }
}
