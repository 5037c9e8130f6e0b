extension Population {
    /// Why a version without ready endpoints cannot take traffic, and what to do.
    func unready(_ side: Side, _ name: String) -> String {
        guard side.total > 0 else {
            return "\(name) has no pods; start some: \(scaleCommand(side, to: 1))"
        }
        return "\(name) has \(side.total) \(side.total == 1 ? "pod" : "pods") and none is ready; look at them: "
            + "kubectl -n \(namespace) get pods\(side.workload.map { " and kubectl -n \(namespace) describe \($0)" } ?? "")"
    }

    /// The command that gives a version more pods.
    func scaleCommand(_ side: Side, to pods: Int) -> String {
        "kubectl -n \(namespace) scale \(side.workload ?? "deployment/NAME") --replicas=\(pods)"
    }
}
