import CanaryTransport
import CanaryYAML

extension KubernetesClient {
    /// All objects of a kind, page by page.
    ///
    /// When the version of the first page expires in the middle, the list begins anew once; if that happens again, the
    /// rest is taken as it is now, and a watch from the version returned brings what was missed.
    ///
    /// - Parameters:
    ///   - namespace: nil for all namespaces.
    ///   - labels: a label selector, e.g. `app=reviews,version in (v1, v2)`.
    ///   - name: only the object of this name.
    ///   - reduction: what is kept of each object, page by page.
    package func list(
        _ resource: APIResource,
        namespace: String?,
        labels: String? = nil,
        name: String? = nil,
        reduction: ObjectReduction = .whole
    ) async throws(KubernetesError) -> ObjectList {
        var call = APICall(verb: "list", resource: resource, namespace: namespace)
        let selection = Self.selection(labels: labels, name: name)
        var pages = Pages(resource: resource, reduction: reduction)
        var restarts = 0
        let end = ContinuousClock.now.advanced(by: limits.listing)
        while true {
            call.query =
                selection + [("limit", reduction == .whole ? "500" : "200")]
                + (pages.next.map { [("continue", $0)] } ?? [])
            do throws(KubernetesError) {
                try pages.append(try await page(call), limits: limits) { cause, hint in
                    .badAnswer(cause, call: call, label: connection.label, hint: hint)
                }
            } catch {
                guard error.code == .gone, pages.next != nil else { throw error }
                restarts += 1
                if restarts == 1 {
                    pages = Pages(resource: resource, reduction: reduction)
                    continue
                }
                guard restarts <= 8, let token = error.continuation else { throw error }
                pages.next = token
                continue
            }
            guard pages.next == nil || ContinuousClock.now < end else {
                throw KubernetesError(
                    TransportError(code: .timedOut, message: "its pages took more than \(limits.listing)"),
                    call: call,
                    label: connection.label
                )
            }
            if pages.next == nil { return ObjectList(items: pages.items, resourceVersion: pages.resourceVersion) }
        }
    }

    /// The query that selects objects.
    static func selection(labels: String?, name: String?) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        if let labels, !labels.isEmpty { query.append(("labelSelector", labels)) }
        if let name { query.append(("fieldSelector", "metadata.name=\(name)")) }
        return query
    }
}
