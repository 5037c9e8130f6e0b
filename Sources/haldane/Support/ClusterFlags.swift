import ArgumentParser
import CanaryAgent

/// Which cluster holds the route and the pods; `kubectl`'s own names and defaults.
struct ClusterFlags: ParsableArguments {
    @Option(name: .long, help: "A kubeconfig file. (default: $KUBECONFIG, ~/.kube/config, then the pod's own account)")
    var kubeconfig: String?

    @Option(name: .long, help: "A context of the kubeconfig. (default: its current one)")
    var context: String?

    var options: ClusterOptions {
        ClusterOptions(kubeconfig: kubeconfig, context: context, environment: Console.environment)
    }
}
