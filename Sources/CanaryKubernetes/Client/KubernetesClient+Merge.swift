package import CanaryYAML

extension KubernetesClient {
    /// Merges members into an object (RFC 7396), as field manager `haldane`: null takes a member away, and a list replaces one.
    ///
    /// Doing it twice is as good as doing it once. With the `metadata.resourceVersion` of an object that has changed since, it is
    /// a `conflict`.
    ///
    /// - Parameter subresource: `status`, or nil for the object itself.
    package func merge(
        _ resource: APIResource,
        namespace: String?,
        name: String,
        subresource: String? = nil,
        _ members: JSONValue
    ) async throws(KubernetesError) -> KubernetesObject {
        var call = APICall(verb: "patch", resource: resource, namespace: namespace, name: name)
        call.subresource = subresource
        call.query = [("fieldManager", "haldane"), ("fieldValidation", "Strict")]
        call.isMerge = true
        call.body = members
        return KubernetesObject(try await json(call))
    }
}
