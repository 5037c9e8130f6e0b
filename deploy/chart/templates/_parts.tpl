{{/* The labels of every object: (list $ COMPONENT). */}}
{{- define "haldane.labels" -}}
app.kubernetes.io/name: haldane
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
helm.sh/chart: {{ (index . 0).Chart.Name }}-{{ (index . 0).Chart.Version }}
{{- end }}

{{/* By which the pods of a component are found: (list $ COMPONENT). */}}
{{- define "haldane.selector" -}}
app.kubernetes.io/name: haldane
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end }}

{{- define "haldane.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* The rules of the first document of a manifest: (list $ FILE). */}}
{{- define "haldane.rules" -}}
{{- $document := first (splitList "\n---\n" ((index . 0).Files.Get (index . 1))) | fromYaml }}
{{- toYaml $document.rules }}
{{- end }}

{{/* A role with its binding to service accounts: (dict "root" $ "name" NAME "file" FILE "namespace" NAMESPACE-OR-EMPTY "accounts" LIST). */}}
{{- define "haldane.role" -}}
{{- $kind := ternary "Role" "ClusterRole" (ne .namespace "") }}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
metadata:
  name: {{ .name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels: {{- include "haldane.labels" (list .root "agent") | nindent 4 }}
rules: {{- include "haldane.rules" (list .root .file) | nindent 2 }}
{{- range .accounts }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}Binding
metadata:
  name: {{ ternary $.name . (eq . "haldane-agent") }}
  {{- with $.namespace }}
  namespace: {{ . }}
  {{- end }}
  labels: {{- include "haldane.labels" (list $.root (trimPrefix "haldane-" .)) | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $kind }}
  name: {{ $.name }}
subjects:
  - kind: ServiceAccount
    name: {{ . }}
    namespace: {{ $.root.Release.Namespace }}
{{- end }}
{{- end }}

{{- define "haldane.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "haldane.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "haldane.volumes" -}}
- name: data
  emptyDir:
    sizeLimit: {{ .Values.journals }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- end }}

{{- define "haldane.mounts" -}}
- name: data
  mountPath: /data
- name: tmp
  mountPath: /tmp
{{- end }}
