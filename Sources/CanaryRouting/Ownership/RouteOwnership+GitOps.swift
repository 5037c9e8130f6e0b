import CanaryCore
import CanaryKubernetes
import CanaryYAML

extension RouteOwnership {
    /// Tools that apply the route from Git and may put old weights back, with what makes them leave the weights alone.
    ///
    /// Nothing for a tool that has been told to leave the object alone.
    var gitOps: [RouteFinding] {
        [argoCD, fluxKustomization, fluxHelmRelease, helm].compactMap { $0 }
    }

    private var managers: Set<String> {
        Set(RouteMetadata(object: route, kind: kind).managers.map(\.name))
    }

    private var argoCD: RouteFinding? {
        let isManager = !managers.isDisjoint(with: ["argocd-controller", "argocd-application-controller"])
        let application =
            route.annotations["argocd.argoproj.io/tracking-id"].map { String($0.prefix { $0 != ":" }) }
            ?? route.labels["argocd.argoproj.io/instance"]
            ?? (isManager ? route.labels["app.kubernetes.io/instance"] : nil)
        guard isManager || application != nil else { return nil }
        return RouteFinding(
            .needsAcceptance(.gitOps),
            "Argo CD applies \(title)\(application.map { " (Application \($0))" } ?? ""), and a sync puts the weights of Git back",
            hint: """
                in that Application:
                spec:
                  ignoreDifferences:
                  - group: \(APIResource.route(kind).group)
                    kind: \(kind.word)
                    name: \(route.name)
                    namespace: \(route.namespace)
                    jqPathExpressions:
                    - \(weightsPath)
                  syncPolicy:
                    syncOptions:
                    - RespectIgnoreDifferences=true
                    - ApplyOutOfSyncOnly=true
                """
        )
    }

    /// Where jq finds the weights of every rule.
    private var weightsPath: String {
        kind == .virtualService
            ? ".spec.\((list ?? .http).rawValue)[].route[].weight" : ".spec.rules[].backendRefs[].weight"
    }

    private var fluxKustomization: RouteFinding? {
        let name = route.labels["kustomize.toolkit.fluxcd.io/name"]
        guard name != nil || managers.contains("kustomize-controller") else { return nil }
        let annotation = "kustomize.toolkit.fluxcd.io/reconcile"
        guard route.annotations[annotation]?.lowercased() != "disabled" else { return nil }
        let place = route.labels["kustomize.toolkit.fluxcd.io/namespace"]
        return RouteFinding(
            .needsAcceptance(.gitOps),
            "Flux applies \(title)\(name.map { " (Kustomization \($0))" } ?? ""), and a reconciliation puts the weights of Git back",
            hint: """
                before the run:
                kubectl annotate \(reference) \(annotation)=disabled
                and when the final weights are in Git:
                kubectl annotate \(reference) \(annotation)-
                or for everything that it applies: \(flux("kustomization", name, place))
                """
        )
    }

    private var fluxHelmRelease: RouteFinding? {
        let name = route.labels["helm.toolkit.fluxcd.io/name"]
        guard name != nil || managers.contains("helm-controller") else { return nil }
        let annotation = "helm.toolkit.fluxcd.io/driftDetection"
        guard route.annotations[annotation]?.lowercased() != "disabled" else { return nil }
        let place = route.labels["helm.toolkit.fluxcd.io/namespace"]
        return RouteFinding(
            .needsAcceptance(.gitOps),
            "Flux applies \(title)\(name.map { " (HelmRelease \($0))" } ?? ""), and an upgrade or a drift correction puts its weights back",
            hint: """
                for drift corrections, before the run:
                kubectl annotate \(reference) \(annotation)=disabled
                and afterwards:
                kubectl annotate \(reference) \(annotation)-
                for upgrades too: \(flux("helmrelease", name, place))
                """
        )
    }

    /// Helm by hand: nothing comes by itself, so this is only worth a word.
    private var helm: RouteFinding? {
        guard route.labels["app.kubernetes.io/managed-by"] == "Helm",
            route.labels["helm.toolkit.fluxcd.io/name"] == nil,
            !managers.contains("helm-controller")
        else { return nil }
        let release = route.annotations["meta.helm.sh/release-name"]
        return RouteFinding(
            .warning,
            "\(title) belongs to a Helm release\(release.map { " (\($0))" } ?? ""): an upgrade during the run puts the chart's weights back"
        )
    }

    /// `virtualservices.networking.istio.io demo4-vs -n test1`.
    private var reference: String {
        let resource = APIResource.route(kind)
        return "\(resource.plural).\(resource.group) \(route.name) -n \(route.namespace)"
    }

    private func flux(_ kind: String, _ name: String?, _ namespace: String?) -> String {
        let target = "\(kind) \(name ?? "NAME")\(namespace.map { " -n \($0)" } ?? "")"
        return "flux suspend \(target), undone by flux resume \(target)"
    }
}
