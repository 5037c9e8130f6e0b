import CanaryCore
import CanaryKubernetes
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Testing

@Suite("RouteOwnership")
struct RouteOwnershipTests {
    typealias Objects = ClusterObjects

    private static func findings(
        _ metadata: [String: JSONValue],
        canaries: [KubernetesObject] = [],
        rollouts: [KubernetesObject] = [],
        kind: RouteSpec.Kind = .virtualService
    ) -> [RouteFinding] {
        let route =
            kind == .virtualService
            ? Objects.virtualService(metadata: metadata) : Objects.httpRoute("demo4-vs", metadata: metadata)
        return RouteOwnership(route: route, kind: kind).findings(canaries: canaries, rollouts: rollouts)
    }

    private static func managed(_ manager: String) -> JSONValue {
        [["manager": .string(manager), "fieldsV1": ["f:spec": ["f:http": [:]]], "time": "2026-01-01T00:00:00Z"]]
    }

    @Test("What Flagger owns is refused by the name of its Canary")
    func flagger() {
        func canary(_ spec: JSONValue, namespace: String = "test1") -> KubernetesObject {
            Objects.object("flagger.app/v1beta1", "Canary", "demo", namespace: namespace, spec: spec)
        }
        let byTarget = canary(["targetRef": ["kind": "Deployment", "name": "demo4-vs"]])
        let byService = canary(["targetRef": ["name": "x"], "service": ["name": "demo4-vs"]])
        for owner in [byTarget, byService] {
            let found = Self.findings([:], canaries: [owner])
            #expect(found.map(\.word) == ["refuse"])
            #expect(
                found.first?.sentence
                    == "VirtualService test1/demo4-vs is owned by Flagger's Canary test1/demo, which overwrites its weights"
            )
        }
        let renamed = canary(["targetRef": ["name": "demo4-vs"], "service": ["name": "y"]])
        #expect(Self.findings([:], canaries: [renamed]) == [])
        #expect(Self.findings([:], canaries: [canary(["targetRef": ["name": "demo4-vs"]], namespace: "other")]) == [])
        let reference: JSONValue = [["apiVersion": "flagger.app/v1beta1", "kind": "Canary", "name": "own"]]
        #expect(Self.findings(["ownerReferences": reference]).first?.sentence.contains("Canary test1/own") == true)
    }

    @Test(
        "What an Argo Rollout shifts is refused by its name",
        arguments: [
            (#"{"istio":{"virtualService":{"name":"demo4-vs","routes":["a"]}}}"#, RouteSpec.Kind.virtualService, true),
            (#"{"istio":{"virtualServices":[{"name":"x"},{"name":"demo4-vs"}]}}"#, .virtualService, true),
            (#"{"istio":{"virtualService":{"name":"demo4-vs.test1"}}}"#, .virtualService, true),
            (#"{"istio":{"virtualService":{"name":"demo4-vs.other"}}}"#, .virtualService, false),
            (
                #"{"plugins":{"argoproj-labs/gatewayAPI":{"httpRoute":"demo4-vs","namespace":"test1"}}}"#, .httpRoute,
                true
            ),
            (#"{"plugins":{"argoproj-labs/gatewayAPI":{"httpRoutes":[{"name":"demo4-vs"}]}}}"#, .httpRoute, true),
            (
                #"{"plugins":{"argoproj-labs/gatewayAPI":{"httpRoute":"demo4-vs","namespace":"other"}}}"#, .httpRoute,
                false
            ),
            (#"{"istio":{"virtualService":{"name":"demo4-vs"}}}"#, .httpRoute, false),
        ]
    )
    func argo(routing: String, kind: RouteSpec.Kind, isOwned: Bool) throws {
        let rollout = Objects.object(
            "argoproj.io/v1alpha1",
            "Rollout",
            "ro",
            spec: ["strategy": ["canary": ["trafficRouting": try JSONText.parse(routing.utf8)]]]
        )
        let found = Self.findings([:], rollouts: [rollout], kind: kind)
        #expect(found.map(\.word) == (isOwned ? ["refuse"] : []))
        if isOwned { #expect(found.first?.sentence.contains("Argo Rollout test1/ro") == true) }
    }

    @Test("Argo CD is told by its annotation, label or manager, with what to paste for the kind")
    func argoCD() throws {
        let tracked: [String: JSONValue] = [
            "annotations": ["argocd.argoproj.io/tracking-id": "shop:networking.istio.io/VirtualService:test1/demo4-vs"]
        ]
        let byAnnotation = try #require(Self.findings(tracked).first)
        #expect(byAnnotation.word == "gitOps")
        #expect(byAnnotation.sentence.contains("(Application shop)"))
        #expect(byAnnotation.hint?.contains("- .spec.http[].route[].weight") == true)
        #expect(byAnnotation.hint?.contains("RespectIgnoreDifferences=true") == true)
        let labelled: [String: JSONValue] = [
            "labels": ["app.kubernetes.io/instance": "shop"], "managedFields": Self.managed("argocd-controller"),
        ]
        #expect(Self.findings(labelled).first?.sentence.contains("(Application shop)") == true)
        #expect(Self.findings(["labels": ["app.kubernetes.io/instance": "shop"]]) == [])
        let gateway = try #require(Self.findings(tracked, kind: .httpRoute).first)
        #expect(gateway.hint?.contains("- .spec.rules[].backendRefs[].weight") == true)
        #expect(gateway.hint?.contains("group: gateway.networking.k8s.io") == true)
    }

    @Test("Flux is told how to leave the object alone, unless it was told already")
    func flux() throws {
        let labels: JSONValue = [
            "kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
        ]
        let found = try #require(Self.findings(["labels": labels]).first)
        #expect(found.word == "gitOps")
        #expect(
            found.hint == """
                before the run:
                kubectl annotate virtualservices.networking.istio.io demo4-vs -n test1 kustomize.toolkit.fluxcd.io/reconcile=disabled
                and when the final weights are in Git:
                kubectl annotate virtualservices.networking.istio.io demo4-vs -n test1 kustomize.toolkit.fluxcd.io/reconcile-
                or for everything that it applies: flux suspend kustomization apps -n flux-system, undone by \
                flux resume kustomization apps -n flux-system
                """
        )
        let off: JSONValue = ["kustomize.toolkit.fluxcd.io/reconcile": "disabled"]
        #expect(Self.findings(["labels": labels, "annotations": off]) == [])
        #expect(Self.findings(["managedFields": Self.managed("kustomize-controller")]).map(\.word) == ["gitOps"])
        let release: JSONValue = ["helm.toolkit.fluxcd.io/name": "shop"]
        #expect(Self.findings(["labels": release]).first?.hint?.contains("flux suspend helmrelease shop") == true)
        #expect(
            Self.findings(["labels": release, "annotations": ["helm.toolkit.fluxcd.io/driftDetection": "disabled"]])
                == []
        )
    }

    @Test("A Helm release by hand is worth a warning, and a person's kubectl nothing")
    func others() {
        #expect(Self.findings(["labels": ["app.kubernetes.io/managed-by": "Helm"]]).map(\.word) == ["warning"])
        #expect(Self.findings(["managedFields": Self.managed("kubectl-client-side-apply")]) == [])
    }
}
