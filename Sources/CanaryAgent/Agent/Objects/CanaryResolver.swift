import CanaryCore
import CanaryYAML

/// Makes a spec that can be run of what its author wrote, the policies above it, and what is in its namespace.
enum CanaryResolver {
    /// - Parameter environment: for `${VAR}` in files of the operator's own; nothing is expanded in objects.
    static func resolve(
        _ object: AgentObject,
        cluster: PolicyDocument?,
        namespace: PolicyDocument?,
        facts: ClusterFacts,
        environment: [String: String]
    ) -> Result<RunnableCanary, InvalidCanary> {
        do throws(SpecError) {
            guard let path = object.path, let text = object.text else {
                let resolved = try CanaryCascade.resolve(
                    object.json,
                    cluster: cluster,
                    namespace: namespace,
                    facts: facts,
                    trust: .object
                )
                return checked(resolved.spec, resolved.spec, resolved.policies, resolved.notes)
            }
            let composed = try CanaryCascade.compose(
                text: text,
                file: path,
                cluster: cluster,
                namespace: namespace,
                facts: facts,
                trust: .operatorsFile,
                defaultNamespace: object.key.namespace
            )
            var spec = composed.decoded.spec
            var live = try composed.decoded.expanded(environment: environment).spec
            spec.namespace = object.key.namespace
            live.namespace = object.key.namespace
            return checked(spec, live, composed.policies, composed.notes).map { canary in
                var canary = canary
                canary.settleFile = composed.decoded.settleFile(specFile: path)
                return canary
            }
        } catch {
            return .failure(InvalidCanary(reason: Reason("invalid-spec", words(error))))
        }
    }

    /// A policy of the cluster or of a namespace; nil for one that is not called as it has to be.
    static func page(_ object: AgentObject, _ agentNamespace: String) -> PolicyBook.Page? {
        guard object.key.name == PolicyDocument.name else { return nil }
        let scope: ScopedPolicy.Scope =
            object.key.namespace == agentNamespace ? .cluster : .namespace(object.key.namespace)
        var page = PolicyBook.Page(
            object: object,
            scope: scope,
            document: nil,
            brakes: BrakesStatus.brakes(in: object.status)
        )
        do throws(SpecError) {
            if let path = object.path, let text = object.text {
                page.document = try PolicyDocument.decode(text: text, file: path)
            } else {
                page.document = try PolicyDocument.decode(object.json)
            }
        } catch {
            let place = object.key.description
            let text = "the CanaryPolicy \(place) cannot be used, and nothing is raised there until it is mended: "
            page.problem = Reason("invalid-policy", text + words(error))
        }
        return page
    }

    private static func checked(
        _ spec: CanarySpec,
        _ live: CanarySpec,
        _ policies: [ScopedPolicy],
        _ notes: [String]
    ) -> Result<RunnableCanary, InvalidCanary> {
        guard spec.route.file == nil else {
            let text = "route.file is for 'haldane run': the agent shifts weights of routes in its cluster"
            return .failure(InvalidCanary(reason: Reason("invalid-spec", text)))
        }
        return .success(RunnableCanary(spec: spec, live: live, policies: policies, notes: notes))
    }

    /// What is wrong, the first faults with their places, within bounds.
    private static func words(_ error: SpecError) -> String { PlainLine.of(error.summary, limit: 900) }
}
