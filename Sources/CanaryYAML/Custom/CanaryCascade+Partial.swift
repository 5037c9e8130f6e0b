extension CanaryCascade {
    /// Whether a text is a canary that leaves out what `haldane run` has to be told: an agent infers it in the cluster, or its
    /// policies preset it. A text that cannot be read leaves out nothing.
    package static func isCompletedInCluster(_ text: String) -> Bool {
        guard let documents = try? YAMLComposer.compose(text), documents.count == 1, let root = documents.first,
            root["kind"]?.scalar == SpecDecoder.kind
        else { return false }
        guard let spec = root["spec"], !spec.isNull else { return true }
        guard spec.pairs != nil else { return false }
        guard let route = spec["route"], !route.isNull else { return true }
        if route["file"] != nil { return false }
        if route.pairs != nil, !SpecInference.kinds.contains(where: { route[$0.key] != nil }) { return true }
        guard let telemetry = spec["telemetry"], !telemetry.isNull else { return true }
        return telemetry.pairs != nil && telemetry["scrape"] == nil && telemetry["prometheus"] == nil
    }
}
