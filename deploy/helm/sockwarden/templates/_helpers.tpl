{{- define "sockwarden.name" -}}
{{ .Values.nameOverride | default .Release.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "sockwarden.selector" -}}
app.kubernetes.io/name: sockwarden
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "sockwarden.labels" -}}
{{ include "sockwarden.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: agent
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "sockwarden.serviceAccount" -}}
{{ if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "sockwarden.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- define "sockwarden.priorityClass" -}}
{{ if .Values.priorityClass.create }}{{ .Values.priorityClass.name | default (include "sockwarden.name" .) }}{{ else }}{{ .Values.priorityClass.name }}{{ end }}
{{- end }}

{{- define "sockwarden.image" -}}
{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{/* Name of the Secret with web.yaml, empty for plain HTTP without passwords. */}}
{{- define "sockwarden.webSecret" -}}
{{ if .Values.web.existingSecret }}{{ .Values.web.existingSecret }}{{ else if or .Values.web.tls.secretName .Values.web.users }}{{ include "sockwarden.name" . }}-web{{ end }}
{{- end }}

{{- define "sockwarden.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- if include "sockwarden.webSecret" . -}}
{{- $_ := set $config "web" (merge (dict "config_file" "/etc/sockwarden-web/web.yaml") ($config.web | default dict)) -}}
{{- end -}}
{{ toYaml $config }}
{{- end }}

{{/* With a password or a client's certificate kubelet cannot ask over HTTP: that the port answers must do. */}}
{{- define "sockwarden.probe" -}}
{{- $root := index . 0 -}}
{{- if or $root.Values.web.users $root.Values.web.existingSecret (eq $root.Values.web.tls.clientAuthType "RequireAndVerifyClientCert") -}}
tcpSocket:
  port: metrics
{{- else -}}
httpGet:
  path: {{ index . 1 }}
  port: metrics
  scheme: {{ if $root.Values.web.tls.secretName }}HTTPS{{ else }}HTTP{{ end }}
{{- end }}
{{- end }}

{{/* What both monitors ask. The node is the instance: its series outlive a pod. */}}
{{- define "sockwarden.endpoint" -}}
{{- $root := index . 0 -}}
{{- $monitor := index . 1 -}}
port: metrics
path: /metrics
interval: {{ $monitor.interval }}
scheme: {{ if $root.Values.web.tls.secretName }}https{{ else }}http{{ end }}
relabelings:
  - sourceLabels: [__meta_kubernetes_pod_node_name]
    targetLabel: instance
  - sourceLabels: [__meta_kubernetes_pod_node_name]
    targetLabel: node
  # The Service of a ServiceMonitor; the agent's metrics call a program by this label.
  - action: labeldrop
    regex: service
{{- with $monitor.endpoint }}
{{ toYaml . }}
{{- end }}
{{- end }}
