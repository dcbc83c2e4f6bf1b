module github.com/wsspec/wsspec

go 1.26.0
