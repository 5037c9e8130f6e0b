import ArgumentParser
import CanaryCore
import CanaryReport
import CanaryYAML

/// `--policy`, `--objects` and `--trusted`: what an agent would have above and beside a canary.
struct CascadeOptions: ParsableArguments {
    @Option(
        name: .long,
        parsing: .singleValue,
        help: ArgumentHelp(
            "A CanaryPolicy of the canary's namespace, or of the cluster if it is of another one; may be repeated.",
            valueName: "file"
        )
    )
    var policy: [String] = []

    @Option(
        name: .long,
        parsing: .singleValue,
        help: ArgumentHelp(
            "Manifests of the canary's namespace (routes, DestinationRules, Deployments, Services) to infer from; may be repeated.",
            valueName: "file"
        )
    )
    var objects: [String] = []

    @Flag(
        name: .long,
        help:
            "The canary is a file of the agent's own folder, not an object of the cluster: it may name endpoints and files."
    )
    var trusted = false

    var isAsked: Bool { !policy.isEmpty || !objects.isEmpty || trusted }

    /// The canary as the agent would complete it.
    func compose(_ text: String, file: String, settings: [String]) throws -> ComposedCanary {
        let namespace = CanaryCascade.namespace(of: text) ?? "default"
        var clusterPolicy: (document: PolicyDocument, file: String)?
        var namespacePolicy: (document: PolicyDocument, file: String)?
        for file in policy {
            let document = try PolicyDocument.decode(text: ByteInput.readText(file), file: file)
            let isOfNamespace = document.namespace == namespace && !document.hasClusterKeys
            if let other = isOfNamespace ? namespacePolicy?.file : clusterPolicy?.file {
                let scope = isOfNamespace ? "the namespace \(namespace)" : "the cluster"
                throw CommandFault(
                    InputFault(
                        "\(other) and \(file) are both the policy of \(scope)",
                        hint:
                            "metadata.namespace says whose it is: \(namespace) for the canary's, another one for the cluster's"
                    ),
                    .usage
                )
            }
            if isOfNamespace { namespacePolicy = (document, file) } else { clusterPolicy = (document, file) }
        }
        return try CanaryCascade.compose(
            text: text,
            file: file,
            cluster: clusterPolicy?.document,
            namespace: namespacePolicy?.document,
            facts: facts(namespace),
            trust: trusted ? .operatorsFile : .object,
            sets: settings
        )
    }

    private func facts(_ namespace: String) throws -> ClusterFacts? {
        guard !objects.isEmpty else { return nil }
        var facts = ClusterFacts()
        for file in objects {
            let text = try ByteInput.readText(file)
            do throws(YAMLText.Failure) {
                for document in try YAMLText.documents(text) {
                    for object in document["items"]?.items ?? [document] { facts.add(object, namespace: namespace) }
                }
            } catch {
                throw CommandFault(InputFault("\(file) is not YAML", cause: error.description), .usage)
            }
        }
        return facts
    }
}
