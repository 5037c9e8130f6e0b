import CanaryYAML

/// The pages of a list that have come so far.
struct Pages {
    let resource: APIResource
    let reduction: ObjectReduction
    private(set) var items: [KubernetesObject] = []
    /// Of the first page: a watch from there misses nothing, whatever became of the later ones.
    private(set) var resourceVersion = ""
    /// The token of the next page; nil if there is none.
    var next: String?
    private var bytes = 0
    private var count = 0

    init(resource: APIResource, reduction: ObjectReduction) {
        self.resource = resource
        self.reduction = reduction
    }

    /// Takes in a page; throws if it is no list, or if the bounds are exceeded.
    mutating func append(
        _ page: (json: JSONValue, bytes: Int),
        limits: KubernetesClient.Limits,
        fault: (_ cause: String, _ hint: String?) -> KubernetesError
    ) throws(KubernetesError) {
        // A list is named after what it holds, so that another object is not taken for an empty one.
        guard let version = page.json["metadata"]?["resourceVersion"]?.string,
            page.json["kind"]?.string?.hasSuffix("List") == true
        else {
            throw fault("the answer is of kind '\(Excerpt.of(page.json["kind"]?.string ?? "none"))' and no list", nil)
        }
        if count == 0 { resourceVersion = version }
        count += 1
        bytes += page.bytes
        // Objects in the lists of the core groups do not say what they are.
        for item in page.json["items"]?.items ?? [] {
            guard case .object(var members) = item else { throw fault("an item of the list is no object", nil) }
            if members["kind"] == nil { members["kind"] = .string(resource.kind) }
            if members["apiVersion"] == nil { members["apiVersion"] = .string(resource.apiVersion) }
            items.append(KubernetesObject(reduction.reduce(.object(members), of: resource)))
        }
        let hint = "narrow it with a label selector or a namespace"
        guard items.count <= limits.objects else { throw fault("there are more than \(limits.objects) objects", hint) }
        guard count <= limits.pages else { throw fault("the list has more than \(limits.pages) pages", hint) }
        guard bytes <= limits.bytes else { throw fault("the list has more than \(limits.bytes) bytes", hint) }
        let token = page.json["metadata"]?["continue"]?.string ?? ""
        guard token.isEmpty || token != next else { throw fault("the server gave the same page twice", nil) }
        next = token.isEmpty ? nil : token
    }
}
