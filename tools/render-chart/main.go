// Usage: render-chart [-name N] [-namespace N] [-service S] [-kube-version V] [-values FILE]... CHART [TEMPLATE...]
//
// Prints what `helm template` would, with Helm's own template functions (sprig) and values that are numbers of JSON, as Helm has
// them. TEMPLATE is the name of a file below templates/; without one, all but NOTES.txt are printed. Without Helm, since Debian
// has none: GO111MODULE=off GOPATH=/usr/share/gocode go run ./tools/render-chart …
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v3"
)

type object = map[string]interface{}

// files is what templates know as .Files.
type files struct{ chart string }

func (f files) Get(name string) (string, error) {
	content, err := os.ReadFile(filepath.Join(f.chart, name))
	return string(content), err
}

type names []string

func (n *names) String() string         { return strings.Join(*n, ",") }
func (n *names) Set(value string) error { *n = append(*n, value); return nil }

func fromYaml(text string) (object, error) {
	var parsed interface{}
	if err := yaml.Unmarshal([]byte(text), &parsed); err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(parsed)
	if err != nil {
		return nil, err
	}
	result := object{}
	return result, json.Unmarshal(encoded, &result)
}

func toYaml(value interface{}) (string, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	// A JSON text is YAML, and its whole numbers stay whole.
	var parsed interface{}
	if err := yaml.Unmarshal(encoded, &parsed); err != nil {
		return "", err
	}
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(parsed); err != nil {
		return "", err
	}
	return strings.TrimSuffix(text.String(), "\n"), nil
}

func readYaml(path string) object {
	content, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	parsed, err := fromYaml(string(content))
	if err != nil {
		log.Fatalf("%s: %v", path, err)
	}
	return parsed
}

// merge lays the values of `over` above those of `under`; maps are merged, everything else is replaced.
func merge(under, over object) object {
	for key, value := range over {
		below, isMap := under[key].(object)
		if above, both := value.(object); isMap && both {
			under[key] = merge(below, above)
		} else {
			under[key] = value
		}
	}
	return under
}

func parse(chart string) *template.Template {
	root := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["toYaml"], functions["fromYaml"] = toYaml, fromYaml
	functions["include"] = func(name string, data interface{}) (string, error) {
		var text strings.Builder
		err := root.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	root.Funcs(functions)
	found, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	if err != nil || len(found) == 0 {
		log.Fatalf("%s has no templates: %v", chart, err)
	}
	return template.Must(root.ParseFiles(found...))
}

func main() {
	log.SetFlags(0)
	name := flag.String("name", "sockwarden", "name of the release")
	namespace := flag.String("namespace", "sockwarden", "namespace of the release")
	service := flag.String("service", "Helm", "what manages the release")
	kube := flag.String("kube-version", "1.30.0", "version of Kubernetes to render for")
	var values names
	flag.Var(&values, "values", "file of values above the chart's own; repeatable")
	flag.Parse()
	if flag.NArg() == 0 {
		log.Fatal("name a chart: render-chart -h")
	}
	chart := flag.Arg(0)
	metadata := readYaml(filepath.Join(chart, "Chart.yaml"))
	given := readYaml(filepath.Join(chart, "values.yaml"))
	for _, file := range values {
		given = merge(given, readYaml(file))
	}
	data := object{
		"Values":  given,
		"Chart":   object{"Name": metadata["name"], "Version": metadata["version"], "AppVersion": metadata["appVersion"]},
		"Release": object{"Name": *name, "Namespace": *namespace, "Service": *service},
		"Files":   files{chart},
		"Capabilities": object{
			"KubeVersion": object{"Version": "v" + *kube},
		},
	}
	templates := parse(chart)
	wanted := flag.Args()[1:]
	if len(wanted) == 0 {
		for _, one := range templates.Templates() {
			if strings.HasSuffix(one.Name(), ".yaml") {
				wanted = append(wanted, one.Name())
			}
		}
		sort.Strings(wanted)
	}
	for _, one := range wanted {
		var text strings.Builder
		if err := templates.ExecuteTemplate(&text, one, data); err != nil {
			log.Fatal(err)
		}
		if body := strings.TrimSpace(text.String()); body != "" {
			fmt.Printf("---\n%s\n", body)
		}
	}
}
