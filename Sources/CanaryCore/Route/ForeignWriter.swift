/// Somebody else who writes the route's weights, by the name that the store gives.
package enum ForeignWriter {
    /// How a known writer is told to leave the route alone; nil if there is nothing to say.
    ///
    /// - Parameter name: a field manager of the cluster, as in `managedFields`.
    package static func suspension(of name: String) -> String? {
        switch name {
        case "argocd-controller", "argocd-application-controller":
            "argocd app set APPLICATION --sync-policy none"
        case "kustomize-controller":
            "flux suspend kustomization NAME"
        case "helm-controller":
            "flux suspend helmrelease NAME"
        case "flagger":
            "kubectl patch canary.flagger.app NAME --type merge -p '{\"spec\":{\"suspend\":true}}'"
        case "rollouts-controller":
            "kubectl argo rollouts pause NAME"
        default:
            nil
        }
    }

    /// `somebody else`, or `somebody else ('kustomize-controller')`.
    static func name(_ writer: String?) -> String {
        writer.map { "somebody else ('\($0)')" } ?? "somebody else"
    }

    /// `; stop it: COMMAND`, or nothing.
    static func advice(_ writer: String?) -> String {
        writer.flatMap(suspension).map { "; stop it: \($0)" } ?? ""
    }
}
