package interop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// manifests is the directory of the example for Kubernetes.
var manifests = filepath.Join("..", "examples", "kubernetes")

// kinds are the definitions of the objects that the manifests may hold.
var kinds = map[string]string{
	"v1 PersistentVolumeClaim": "io.k8s.api.core.v1.PersistentVolumeClaim",
	"batch/v1 Job":             "io.k8s.api.batch.v1.Job",
}

// documents splits a file of YAML into its documents.
func documents(t *testing.T, text []byte) (list []map[string]any) {
	t.Helper()
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var v any
		err := dec.Decode(&v)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, doc.(map[string]any))
	}
}

// validate holds all objects of a manifest against the schemas of Kubernetes.
func validate(t *testing.T, schema func(string) *jsonschema.Schema, text []byte) error {
	t.Helper()
	for _, doc := range documents(t, text) {
		kind := fmt.Sprint(doc["apiVersion"], " ", doc["kind"])
		if kinds[kind] == "" {
			return fmt.Errorf("there is no %s", kind)
		}
		if err := schema(kinds[kind]).Validate(doc); err != nil {
			return err
		}
	}
	return nil
}

// TestManifests holds the manifests against Kubernetes' own schema, and that against mistakes, so that it is seen to find them.
func TestManifests(t *testing.T) {
	schema := kubernetesSchemas(t)
	names, err := filepath.Glob(filepath.Join(manifests, "*.yaml"))
	if err != nil || len(names) != 2 {
		t.Fatalf("manifests %v, %v", names, err)
	}
	for _, name := range names {
		if err := validate(t, schema, readManifest(t, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	text := string(readManifest(t, filepath.Join(manifests, "shards.yaml")))
	for before, after := range map[string]string{
		"completionMode:":        "completionMod:",
		"completions: 4":         `completions: "4"`,
		"restartPolicy:":         "restartPolcy:",
		"      containers:":      "      container:",
		"- name: wsspec\n":       "- nam: wsspec\n",
		"mountPath:":             "mountpath:",
		"command: [":             "command: sh # [",
		"apiVersion: batch/v1\n": "apiVersion: batch/v2\n",
		"accessModes: [Read":     "accessModes: Read # [",
		"claimName:":             "claim:",
		"drop: [ALL]":            "drop: ALL",
		"fsGroup:":               "fsgroup:",
	} {
		if strings.Count(text, before) != 1 {
			t.Errorf("%q is there %d times", before, strings.Count(text, before))
		}
		if validate(t, schema, []byte(strings.Replace(text, before, after, 1))) == nil {
			t.Errorf("%q instead of %q passes", after, before)
		}
	}
}

func readManifest(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// kubernetesJob is what the test knows of a Job.
type kubernetesJob struct {
	Spec struct {
		CompletionMode           string
		Completions, Parallelism int
		BackoffLimit             *int
		Template                 struct {
			Spec struct {
				RestartPolicy   string
				SecurityContext struct {
					RunAsNonRoot       bool
					RunAsUser, FSGroup int
					SeccompProfile     struct{ Type string }
				}
				Containers []container
				Volumes    []struct{ Name string }
			}
		}
	}
}

type container struct {
	SecurityContext struct {
		AllowPrivilegeEscalation *bool
		ReadOnlyRootFilesystem   bool
		Capabilities             struct{ Drop []string }
	}
	Command, Args []string
	Env           []struct{ Name, Value string }
	VolumeMounts  []struct{ Name, MountPath string }
}

// readKubernetesJob returns the Job of a manifest.
func readKubernetesJob(t *testing.T, name string) (j kubernetesJob) {
	t.Helper()
	docs := documents(t, readManifest(t, filepath.Join(manifests, name)))
	data, err := json.Marshal(docs[len(docs)-1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &j); err != nil {
		t.Fatal(err)
	}
	pod := j.Spec.Template.Spec
	if pod.RestartPolicy != "Never" || j.Spec.BackoffLimit == nil || len(pod.Containers) != 1 || len(pod.Volumes) != 1 || pod.Volumes[0].Name != pod.Containers[0].VolumeMounts[0].Name {
		t.Fatalf("%s: %+v", name, j)
	}
	if !j.restricted() {
		t.Errorf("%s: a namespace with the Pod Security Standard \"restricted\" would not take %+v", name, pod)
	}
	return j
}

// restricted tells whether the pods are as the strictest of the Pod Security Standards wants them.
func (j kubernetesJob) restricted() bool {
	pod := j.Spec.Template.Spec
	c := pod.Containers[0].SecurityContext
	return pod.SecurityContext.RunAsNonRoot && pod.SecurityContext.RunAsUser > 0 && pod.SecurityContext.FSGroup > 0 &&
		pod.SecurityContext.SeccompProfile.Type == "RuntimeDefault" && c.AllowPrivilegeEscalation != nil && !*c.AllowPrivilegeEscalation &&
		c.ReadOnlyRootFilesystem && slices.Equal(c.Capabilities.Drop, []string{"ALL"})
}

// run does what the container does, with the volume in a directory, and returns the exit code.
func (j kubernetesJob) run(t *testing.T, binary, volume string, env ...string) (code int, output string) {
	t.Helper()
	c := j.Spec.Template.Spec.Containers[0]
	words := slices.Concat(c.Command, c.Args)
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], c.VolumeMounts[0].MountPath, volume)
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = []string{"PATH=" + filepath.Dir(binary) + string(os.PathListSeparator) + os.Getenv("PATH")}
	for _, v := range c.Env {
		cmd.Env = append(cmd.Env, v.Name+"="+v.Value)
	}
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// TestKubernetesJobs runs what the Jobs run, pod by pod, against a real server: the records become a whole run, and the exit codes
// are those that a Job needs.
func TestKubernetesJobs(t *testing.T) {
	shards, merge := readKubernetesJob(t, "shards.yaml"), readKubernetesJob(t, "merge.yaml")
	n := shards.Spec.Completions
	if env := shards.Spec.Template.Spec.Containers[0].Env; shards.Spec.CompletionMode != "Indexed" || shards.Spec.Parallelism != n || env[1].Value != fmt.Sprint(n) {
		t.Fatalf("%+v", shards)
	}
	binary, volume := build(t), t.TempDir()
	url := echoing(t, gorillaEcho)
	pod := func(i int) {
		if code, out := shards.run(t, binary, volume, "URL=echo="+url, fmt.Sprint("JOB_COMPLETION_INDEX=", i)); code != 0 {
			t.Errorf("pod %d: exit code %d\n%s", i, code, out)
		}
	}
	for i := range n - 1 {
		pod(i)
	}
	if code, out := merge.run(t, binary, volume); code != 3 || !strings.Contains(out, fmt.Sprintf("shard %d of %d is missing", n, n)) {
		t.Errorf("without the last pod: exit code %d\n%s", code, out)
	}
	pod(n - 1)
	if code, out := merge.run(t, binary, volume); code != 0 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if rec := read(t, filepath.Join(volume, "all")); rec.Ran != rec.Planned || rec.Shard != nil || rec.Peers[0].Name != "echo" {
		t.Errorf("%d planned, %d ran, %v", rec.Planned, rec.Ran, rec.Shard)
	}

	volume = t.TempDir()
	if code, out := shards.run(t, binary, volume, "URL=echo="+echoing(t, coderEcho), "JOB_COMPLETION_INDEX=0"); code != 0 {
		t.Errorf("a server that fails cases: exit code %d\n%s", code, out)
	}
	if code, _ := merge.run(t, binary, volume); code != 1 {
		t.Errorf("merged: exit code %d, want 1", code)
	}
	if code, out := shards.run(t, binary, volume, "URL=echo=ws://"+deaf(t)+"/", "JOB_COMPLETION_INDEX=0"); code != 3 {
		t.Errorf("a server that is not there: exit code %d, want 3\n%s", code, out)
	}
	if code, out := shards.run(t, binary, volume, "URL=echo=nonsense", "JOB_COMPLETION_INDEX=0"); code != 2 {
		t.Errorf("a command line that is wrong: exit code %d, want 2\n%s", code, out)
	}
}

// echoing serves a handler, and returns the URL.
func echoing(t *testing.T, echo http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(echo)
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http") + "/"
}

// deaf is an address where nothing listens.
func deaf(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
